using System.Runtime.Intrinsics;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="ApplyReluMask"/>: dx[r, c] = dy[r, c] where the mask has a 1, else 0. The mask is laid out as
/// <see cref="ConvEpilogue.ReluMask"/>. dx may be dy.
/// </summary>
public readonly record struct ApplyReluMaskArgs(Storage<float> OutputGradient, Storage<byte> Mask, Storage<float> InputGradient, int Rows, int Channels)
    : IKernelCost
{
    /// <inheritdoc/>
    public KernelCost Cost => new(0, (2L * sizeof(float) * Rows * Channels) + ConvEpilogue.MaskLength(Rows, Channels), $"{Rows}x{Channels}");
}

/// <summary>The derivative of a ReLU of which only the signs were kept.</summary>
public readonly unsafe struct ApplyReluMask : IKernel<ApplyReluMaskArgs>
{
    private const int RowsPerItem = 256;

    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in ApplyReluMaskArgs args) =>
        device.For(
            (args.Rows + RowsPerItem - 1) / RowsPerItem,
            new Body(device.Pointer(args.OutputGradient), device.Pointer(args.Mask), device.Pointer(args.InputGradient), args.Rows, args.Channels));

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in ApplyReluMaskArgs args) =>
        device.Launch(
            Kernel, (long)args.Rows * args.Channels / (args.Channels % 8 == 0 ? 8 : 1),
            new GpuArgs(device.View(args.OutputGradient), device.View(args.Mask), device.View(args.InputGradient), args.Rows, args.Channels));

    internal static void Kernel(GpuArgs a)
    {
        long count = (long)a.Rows * a.Channels;
        if (a.Channels % 8 == 0)
        {
            // Then byte i of the mask is for numbers 8 i and on.
            ArrayView<Float4> dy = a.Dy.Cast<Float4>(), dx = a.Dx.Cast<Float4>();
            for (long i = GridStride.First; i < count / 8; i += GridStride.Step)
            {
                int open = a.Mask[i];
                dx[2 * i] = dy[2 * i].Where(open);
                dx[(2 * i) + 1] = dy[(2 * i) + 1].Where(open >> 4);
            }

            return;
        }

        int stride = (a.Channels + 7) / 8;
        for (long i = GridStride.First; i < count; i += GridStride.Step)
        {
            int c = GridStride.Remainder(i, a.Channels);
            int bits = a.Mask[(GridStride.Quotient(i, a.Channels) * stride) + (c / 8)];
            float value = 0;
            if (((bits >> (c & 7)) & 1) != 0) value = a.Dy[i];
            a.Dx[i] = value;
        }
    }

    private readonly struct Body(float* dy, byte* mask, float* dx, int rows, int channels) : IParallelBody
    {
        public void Run(int item)
        {
            int stride = (channels + 7) / 8;
            Vector256<int> lanes = Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128);
            int end = Math.Min(rows, (item + 1) * RowsPerItem);
            for (int row = item * RowsPerItem; row < end; row++)
            {
                float* from = dy + ((long)row * channels), to = dx + ((long)row * channels);
                byte* bits = mask + ((long)row * stride);
                int c = 0;
                for (; c <= channels - 8; c += 8)
                {
                    Vector256<int> open = Vector256.Equals(Vector256.Create((int)bits[c / 8]) & lanes, lanes);
                    (Vector256.Load(from + c) & open.AsSingle()).Store(to + c);
                }

                for (; c < channels; c++) to[c] = (bits[c / 8] >> (c % 8) & 1) != 0 ? from[c] : 0;
            }
        }
    }

    internal readonly struct GpuArgs(ArrayView<float> dy, ArrayView<byte> mask, ArrayView<float> dx, int rows, int channels)
    {
        public readonly ArrayView<float> Dy = dy;
        public readonly ArrayView<byte> Mask = mask;
        public readonly ArrayView<float> Dx = dx;
        public readonly int Rows = rows;
        public readonly int Channels = channels;
    }
}
