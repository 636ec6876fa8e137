using System.Runtime.InteropServices;
using RawFuse.Parity;
using TorchSharp;

namespace RawFuse.Bench.Ratios.Torch;

/// <summary>Prepares libtorch for being timed.</summary>
internal static partial class LibtorchSetup
{
    /// <summary>Loads libtorch.</summary>
    /// <param name="threads">Threads it may use, 1 or more.</param>
    /// <returns>Why it cannot be loaded; null where it can.</returns>
    public static string? Load(int threads)
    {
        if (Libtorch.WhyNot is { } reason) return reason;
        torch.set_num_threads(threads);
        return null;
    }

    /// <summary>
    /// Lets the C library keep whatever is freed. Otherwise it gives large blocks back to the system, and libtorch, which has no pool of its own, pays for fresh
    /// pages again and again: a weight gradient of 10 MB takes twice the time. That depends on what was freed before, and RawFuse has a pool.
    /// </summary>
    public static void KeepFreedMemory()
    {
        const int trimThreshold = -1, mostMappedBlocks = -4;
        SetAllocator(mostMappedBlocks, 0);
        SetAllocator(trimThreshold, int.MaxValue);
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetAllocator(int parameter, int value);
}
