namespace RawFuse.KernelCases;

/// <summary>A kernel wrote where it must not: beyond a buffer, or over an input.</summary>
public sealed class KernelCaseException(string message) : Exception(message);
