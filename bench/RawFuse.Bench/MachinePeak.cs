using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RawFuse.Kernels;

namespace RawFuse.Bench;

/// <summary>
/// What this machine can do at most: multiply-adds that touch registers only, and copies of arrays far larger than its caches.
/// Every share of the peak that a benchmark reports refers to these.
/// </summary>
internal static unsafe class MachinePeak
{
    private const int Iterations = 2_000_000;

    /// <summary>Independent sums: two units of latency 4 need 8; 12 leave slack and still fit 16 registers.</summary>
    private const int Sums = 12;

    private const int CopyFloats = 64 * 1024 * 1024;

    public static void Print()
    {
        Console.WriteLine($"{Environment.ProcessorCount} logical processors, {CpuDevice.InstructionSet}; medians, so a busy machine shows less.");
        foreach (int threads in new[] { 1, Environment.ProcessorCount }.Distinct())
        {
            using var device = new CpuDevice(threads);
            if (Vector512.IsHardwareAccelerated)
                Console.WriteLine($"{threads,3} threads, 512-bit multiply-add: {GflopsOf(device, new Loop512()),8:F1} GFLOP/s");
            Console.WriteLine($"{threads,3} threads, 256-bit multiply-add: {GflopsOf(device, new Loop256()),8:F1} GFLOP/s");
            Console.WriteLine($"{threads,3} threads, copy:                 {CopyBandwidth(device),8:F1} GB/s (read and write)");
        }
    }

    /// <summary>Peak of a device's threads with the widest vectors, in GFLOP/s; a multiply-add counts as two.</summary>
    public static double Gflops(CpuDevice device) => Vector512.IsHardwareAccelerated ? GflopsOf(device, new Loop512()) : GflopsOf(device, new Loop256());

    private static double GflopsOf<TLoop>(CpuDevice device, TLoop loop)
        where TLoop : unmanaged, ILoop, IParallelBody =>
        2.0 * Iterations * Sums * TLoop.Lanes * device.Threads / Timing.Median(() => device.For(device.Threads, in loop)) / 1e9;

    private static double CopyBandwidth(CpuDevice device)
    {
        const int rows = 1024;
        using Storage<float> from = device.Allocate<float>(CopyFloats), to = device.Allocate<float>(CopyFloats);
        device.Span(from).Clear();
        var copy = new CopyBlockArgs(from, 0, CopyFloats / rows, to, 0, CopyFloats / rows, rows, CopyFloats / rows);
        return 2.0 * sizeof(float) * CopyFloats / Timing.Median(() => device.Run<CopyBlock, CopyBlockArgs>(in copy)) / 1e9;
    }

    private interface ILoop
    {
        static abstract int Lanes { get; }
    }

    private readonly struct Loop512 : ILoop, IParallelBody
    {
        public static int Lanes => 16;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int item)
        {
            Vector512<float> x = Vector512.Create(0.999f), y = Vector512.Create(0.001f);
            Vector512<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
            for (int n = 0; n < Iterations; n++)
            {
                a = Vector512.FusedMultiplyAdd(a, x, y); b = Vector512.FusedMultiplyAdd(b, x, y); c = Vector512.FusedMultiplyAdd(c, x, y);
                d = Vector512.FusedMultiplyAdd(d, x, y); e = Vector512.FusedMultiplyAdd(e, x, y); f = Vector512.FusedMultiplyAdd(f, x, y);
                g = Vector512.FusedMultiplyAdd(g, x, y); h = Vector512.FusedMultiplyAdd(h, x, y); i = Vector512.FusedMultiplyAdd(i, x, y);
                j = Vector512.FusedMultiplyAdd(j, x, y); k = Vector512.FusedMultiplyAdd(k, x, y); l = Vector512.FusedMultiplyAdd(l, x, y);
            }

            Use(Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l));
        }
    }

    private readonly struct Loop256 : ILoop, IParallelBody
    {
        public static int Lanes => 8;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int item)
        {
            Vector256<float> x = Vector256.Create(0.999f), y = Vector256.Create(0.001f);
            Vector256<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
            for (int n = 0; n < Iterations; n++)
            {
                a = Vector256.FusedMultiplyAdd(a, x, y); b = Vector256.FusedMultiplyAdd(b, x, y); c = Vector256.FusedMultiplyAdd(c, x, y);
                d = Vector256.FusedMultiplyAdd(d, x, y); e = Vector256.FusedMultiplyAdd(e, x, y); f = Vector256.FusedMultiplyAdd(f, x, y);
                g = Vector256.FusedMultiplyAdd(g, x, y); h = Vector256.FusedMultiplyAdd(h, x, y); i = Vector256.FusedMultiplyAdd(i, x, y);
                j = Vector256.FusedMultiplyAdd(j, x, y); k = Vector256.FusedMultiplyAdd(k, x, y); l = Vector256.FusedMultiplyAdd(l, x, y);
            }

            Use(Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l));
        }
    }

    /// <summary>Keeps the compiler from dropping a loop whose result nobody reads.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Use(float value)
    {
    }
}
