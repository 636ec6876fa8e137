using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="MultiplyAddChains"/>: for i &lt; <paramref name="Count"/>, sums[i] is the sum of 12 chains; chain k starts at k and is replaced 8 * <paramref name="Rounds"/> times by
/// itself * <paramref name="Factor"/> + <paramref name="Addend"/>.
/// </summary>
/// <param name="Sums">Written.</param>
/// <param name="Count">Number of sums.</param>
/// <param name="Rounds">Steps of every chain, in eights.</param>
/// <param name="Factor">Below 1, so that the chains stay finite.</param>
/// <param name="Addend">Added in every step.</param>
public readonly record struct MultiplyAddChainsArgs(Storage<float> Sums, int Count, int Rounds, float Factor, float Addend) : IKernelCost
{
    /// <summary>The multiply-adds alone.</summary>
    public KernelCost Cost => new(2L * MultiplyAddChains.Chains * MultiplyAddChains.StepsPerRound * Rounds * Count, sizeof(float) * (long)Count, $"{Count}x{Rounds}");
}

/// <summary>
/// Multiply-adds that touch registers only: what a GPU can do at most. A GPU's multiply-add takes four cycles until the next one can use it; 12 chains need no other thread to hide that. A round
/// has 96 of them, so that counting rounds takes 3%.
/// </summary>
public readonly unsafe struct MultiplyAddChains : IKernel<MultiplyAddChainsArgs>
{
    internal const int Chains = 12, StepsPerRound = 8;

    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in MultiplyAddChainsArgs args) =>
        device.For(Chunks.Of(args.Count), new Body(device.Pointer(args.Sums), args.Count, args.Rounds, args.Factor, args.Addend));

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in MultiplyAddChainsArgs args) =>
        device.Launch(Kernel, args.Count, new GpuArgs(device.View(args.Sums), args.Count, args.Rounds, args.Factor, args.Addend));

    internal static void Kernel(GpuArgs a)
    {
        for (long i = GridStride.First; i < a.Count; i += GridStride.Step)
        {
            var z = new State(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
            for (int round = 0; round < a.Rounds; round++)
            {
                z = z.Step(a.Factor, a.Addend).Step(a.Factor, a.Addend).Step(a.Factor, a.Addend).Step(a.Factor, a.Addend)
                    .Step(a.Factor, a.Addend).Step(a.Factor, a.Addend).Step(a.Factor, a.Addend).Step(a.Factor, a.Addend);
            }

            a.Sums[i] = z.Sum;
        }
    }

    /// <summary>Fields, since only they stay in registers.</summary>
    private readonly struct State(float a, float b, float c, float d, float e, float f, float g, float h, float i, float j, float k, float l)
    {
        private readonly float a = a, b = b, c = c, d = d, e = e, f = f, g = g, h = h, i = i, j = j, k = k, l = l;

        public float Sum => a + b + c + d + e + f + g + h + i + j + k + l;

        public State Step(float x, float y) => new(
            MultiplyAdd.Fused(a, x, y), MultiplyAdd.Fused(b, x, y), MultiplyAdd.Fused(c, x, y), MultiplyAdd.Fused(d, x, y), MultiplyAdd.Fused(e, x, y), MultiplyAdd.Fused(f, x, y),
            MultiplyAdd.Fused(g, x, y), MultiplyAdd.Fused(h, x, y), MultiplyAdd.Fused(i, x, y), MultiplyAdd.Fused(j, x, y), MultiplyAdd.Fused(k, x, y), MultiplyAdd.Fused(l, x, y));
    }

    /// <summary>The definition. It is not the CPU's peak, which takes its widest vectors.</summary>
    private readonly struct Body(float* sums, int count, int rounds, float factor, float addend) : IParallelBody
    {
        public void Run(int item)
        {
            (int i, int end) = Chunks.Bounds(item, count);
            for (; i < end; i++)
            {
                float sum = 0;
                for (int chain = 0; chain < Chains; chain++)
                {
                    float z = chain;
                    for (int step = 0; step < StepsPerRound * rounds; step++) z = MultiplyAdd.Fused(z, factor, addend);
                    sum += z;
                }

                sums[i] = sum;
            }
        }
    }

    internal readonly struct GpuArgs(ArrayView<float> sums, int count, int rounds, float factor, float addend)
    {
        public readonly ArrayView<float> Sums = sums;
        public readonly int Count = count;
        public readonly int Rounds = rounds;
        public readonly float Factor = factor;
        public readonly float Addend = addend;
    }
}
