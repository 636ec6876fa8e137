using System.Runtime;
using System.Runtime.InteropServices;
using TorchSharp;

namespace RawFuse.Bench.Ratios.Torch;

/// <summary>Loads libtorch, and calls it safely.</summary>
internal static class Libtorch
{
    /// <summary>What one turn may allocate in C#, in bytes: several times what the longest does.</summary>
    private const long Budget = 128 << 20;

    /// <summary>Loads libtorch.</summary>
    /// <param name="threads">Threads it may use, 1 or more.</param>
    /// <returns>Why it cannot be loaded; null where it can.</returns>
    public static string? Load(int threads)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64) return "libtorch is referenced for Linux on x64 only.";
        try
        {
            torch.set_num_threads(threads);
            return null;
        }
        catch (Exception exception) when (exception is TypeInitializationException or NotSupportedException or DllNotFoundException)
        {
            return $"libtorch cannot be loaded: {LoaderReason() ?? exception.GetBaseException().Message}";
        }
    }

    /// <summary>
    /// Calls libtorch without a garbage collection on the way. TorchSharp 0.107 hands bare pointers to native functions: a tensor or a number that C# no
    /// longer needs may be collected while the function still reads it, and its finalizer frees it. Tensors made on the way are freed at the end
    /// unless a <see cref="TensorKeeper"/> has them.
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

    /// <inheritdoc cref="Run{T}"/>
    public static void Run(Action compute) => Run(() =>
    {
        compute();
        return true;
    });

    /// <summary>What the system's loader says, which TorchSharp keeps to itself; null if it has nothing against the library.</summary>
    private static string? LoaderReason()
    {
        try
        {
            NativeLibrary.Load(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so"));
            return null;
        }
        catch (DllNotFoundException exception)
        {
            return exception.Message;
        }
    }
}
