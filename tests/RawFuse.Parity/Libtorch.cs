using System.Runtime;
using System.Runtime.InteropServices;
using TorchSharp;

namespace RawFuse.Parity;

/// <summary>Whether libtorch can be loaded here, and how it is called safely.</summary>
internal static class Libtorch
{
    /// <summary>What one call may allocate in C#, in bytes: several times what the largest case or step does.</summary>
    private const long Budget = 128 << 20;

    /// <summary>Why it cannot be loaded; null where it can.</summary>
    public static string? WhyNot { get; } = Probe();

    /// <inheritdoc cref="Run{T}"/>
    public static void Run(Action compute) => Run(() =>
    {
        compute();
        return true;
    });

    /// <summary>
    /// Computes something with libtorch, without a garbage collection on the way, and frees its tensors. TorchSharp 0.107 hands bare pointers to native
    /// functions: a tensor or scalar that C# no longer needs may be collected while the function still reads it, and its finalizer frees it. That ends
    /// in odd errors or a crash, at random. A scope alone keeps tensors alive, but not scalars, which every number in a formula becomes.
    /// </summary>
    /// <exception cref="InvalidOperationException">A collection could not be kept away; what was computed cannot be trusted.</exception>
    public static T Run<T>(Func<T> compute)
    {
        if (!GC.TryStartNoGCRegion(Budget)) throw new InvalidOperationException("No region without garbage collection can be had for libtorch.");
        try
        {
            using DisposeScope scope = torch.NewDisposeScope();
            T result = compute();
            if (GCSettings.LatencyMode != GCLatencyMode.NoGCRegion)
                throw new InvalidOperationException($"A garbage collection ran beside libtorch: more than {Budget} bytes were allocated.");
            return result;
        }
        finally
        {
            if (GCSettings.LatencyMode == GCLatencyMode.NoGCRegion) GC.EndNoGCRegion();
        }
    }

    private static string? Probe()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64) return "libtorch is referenced for Linux on x64 only.";
        if (LoaderReason() is { } reason) return $"libtorch cannot be loaded: {reason}";
        try
        {
            // Tensors of tests are small: more threads would only wait for each other.
            torch.set_num_threads(1);
            return null;
        }
        catch (Exception exception) when (exception is TypeInitializationException or NotSupportedException or DllNotFoundException)
        {
            return $"libtorch cannot be loaded: {exception.GetBaseException().Message}";
        }
    }

    /// <summary>
    /// What the system's loader has against the library; null for nothing. It is asked first: TorchSharp keeps its answer to itself, prints pages about its own
    /// search and copies the packages' files.
    /// </summary>
    private static string? LoaderReason()
    {
        try
        {
            NativeLibrary.Load(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so"));
            return null;
        }
        catch (DllNotFoundException exception)
        {
            // The runtime's own words come first, and the loader's last.
            return exception.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1];
        }
    }
}
