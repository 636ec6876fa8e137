using System.Runtime.InteropServices;
using TorchSharp;

namespace RawFuse.Parity;

/// <summary>Whether libtorch can be loaded here.</summary>
internal static class Libtorch
{
    /// <summary>Why it cannot be loaded; null where it can.</summary>
    public static string? WhyNot { get; } = Probe();

    private static string? Probe()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64) return "libtorch is referenced for Linux on x64 only.";
        try
        {
            // Tensors are small: more threads would only wait for each other.
            torch.set_num_threads(1);
            return null;
        }
        catch (Exception exception) when (exception is TypeInitializationException or NotSupportedException or DllNotFoundException)
        {
            return $"libtorch cannot be loaded: {exception.GetBaseException().Message}";
        }
    }
}
