using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Adds up the shares of a sum, in their order, for every element.</summary>
internal static class SumShares
{
    public static void Run(GpuDevice device, Storage<float> shares, Storage<float> sums, int count, int length) =>
        device.Launch(Kernel, length, new GpuArgs(device.View(shares), device.View(sums), count, length));

    internal static void Kernel(GpuArgs a)
    {
        for (long index = GridStride.First; index < a.Length; index += GridStride.Step)
        {
            float sum = 0;
            for (int share = 0; share < a.Count; share++) sum += a.Shares[((long)share * a.Length) + index];
            a.Sums[index] = sum;
        }
    }

    internal readonly struct GpuArgs(ArrayView<float> shares, ArrayView<float> sums, int count, int length)
    {
        public readonly ArrayView<float> Shares = shares;
        public readonly ArrayView<float> Sums = sums;
        public readonly int Count = count;
        public readonly int Length = length;
    }
}
