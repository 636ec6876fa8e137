using System.Runtime.Intrinsics;
using RawFuse.Kernels;
using RawFuse.Profiling;

namespace RawFuse.Bench;

/// <summary>Prints what this machine can do at most. Every share of the peak that a benchmark reports refers to these.</summary>
internal static class MachinePeak
{
    public static void Print()
    {
        Console.WriteLine($"{Environment.ProcessorCount} logical processors, {CpuDevice.InstructionSet}; the fastest of several samples each.");
        foreach (int threads in new[] { 1, Environment.ProcessorCount }.Distinct())
        {
            using var device = new CpuDevice(threads);
            if (Vector512.IsHardwareAccelerated) Console.WriteLine($"{threads,3} threads, 512-bit multiply-add: {MachineLimits.MeasureFma(device),8:F1} GFLOP/s");
            Console.WriteLine($"{threads,3} threads, 256-bit multiply-add: {MachineLimits.MeasureFma(device, maximumBits: 256),8:F1} GFLOP/s");
            Console.WriteLine($"{threads,3} threads, copy:                 {MachineLimits.MeasureCopy(device),8:F1} GB/s (read and write)");
        }
    }
}
