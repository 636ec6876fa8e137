namespace RawFuse.Kernels;

/// <summary>A device that was asked for cannot be used; the message says which and why.</summary>
public sealed class DeviceUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
