using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RawFuse.Kernels;

namespace RawFuse.Profiling;

/// <summary>Loops of multiply-adds that touch registers only.</summary>
internal static class FmaLoops
{
    private const int Iterations = 2_000_000;

    /// <summary>Independent sums: two units of latency 4 need 8; 12 leave slack and still fit 16 registers.</summary>
    private const int Sums = 12;

    public static double Gflops<TLoop>(CpuDevice device, TLoop loop)
        where TLoop : unmanaged, ILoop, IParallelBody =>
        2.0 * Iterations * Sums * TLoop.Lanes * device.Threads / Timing.Fastest(() => device.For(device.Threads, in loop)) / 1e9;

    public interface ILoop
    {
        static abstract int Lanes { get; }
    }

    public readonly struct Loop512 : ILoop, IParallelBody
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

    public readonly struct Loop256 : ILoop, IParallelBody
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
