using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="MaxPool2d"/>. Of equal values the first in reading order wins; NaN wins over numbers.
/// </summary>
/// <param name="Shape">The sizes; windows of at most 15 x 15 pixels when positions are wanted.</param>
/// <param name="Input">[images, in height, in width, channels].</param>
/// <param name="Output">[images, out height, out width, channels].</param>
/// <param name="Positions">For each output, the number of the winning pixel within its window (row by row); null when not wanted.</param>
public readonly record struct MaxPool2dArgs(PoolShape Shape, Storage<float> Input, Storage<float> Output, Storage<byte>? Positions);

/// <summary>The largest value of each window, and where it was.</summary>
public readonly unsafe struct MaxPool2d : IKernel<MaxPool2dArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in MaxPool2dArgs args)
    {
        Check(args);
        device.For(
            args.Shape.Images * args.Shape.OutHeight,
            new Body(args.Shape, device.Pointer(args.Input), device.Pointer(args.Output), device.PointerOrNull(args.Positions)));
    }

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in MaxPool2dArgs args)
    {
        Check(args);
        device.Launch(
            Kernel, args.Shape.OutputLength,
            new GpuArgs(new GpuPool(args.Shape), device.View(args.Input), device.View(args.Output), device.ViewOrEmpty(args.Positions, args.Output)));
    }

    internal static void Kernel(GpuArgs a)
    {
        GpuPool s = a.Shape;
        long count = (long)s.Images * s.OutHeight * s.OutWidth * s.Channels;
        for (long index = GridStride.First; index < count; index += GridStride.Step)
        {
            int c = (int)(index % s.Channels);
            long pixel = index / s.Channels;
            int x = (int)(pixel % s.OutWidth);
            int y = (int)(pixel / s.OutWidth % s.OutHeight);
            long n = pixel / s.OutWidth / s.OutHeight;
            long corner = (((((n * s.InHeight) + (y * s.Stride)) * s.InWidth) + (x * s.Stride)) * s.Channels) + c;
            float best = a.Input[corner];
            int position = 0;
            for (int i = 1; i < s.Window * s.Window; i++)
            {
                float value = a.Input[corner + ((((long)(i / s.Window) * s.InWidth) + (i % s.Window)) * s.Channels)];
                if (value > best || float.IsNaN(value))
                {
                    best = value;
                    position = i;
                }
            }

            a.Output[index] = best;
            if (a.Positions.Length > 0) a.Positions[index] = (byte)position;
        }
    }

    private static void Check(in MaxPool2dArgs args)
    {
        if (args.Positions is not null && args.Shape.Window > 15)
            throw new ArgumentException($"MaxPool2d: positions of a {args.Shape.Window}x{args.Shape.Window} window do not fit a byte; 15x15 is the limit.");
    }

    /// <summary>One row of output pixels.</summary>
    private readonly struct Body(PoolShape shape, float* input, float* output, byte* positions) : IParallelBody
    {
        public void Run(int item)
        {
            int n = item / shape.OutHeight, y = item % shape.OutHeight, channels = shape.Channels;
            long row = (long)shape.InWidth * channels;
            float* line = input + ((((long)n * shape.InHeight) + ((long)y * shape.Stride)) * row);
            for (int x = 0; x < shape.OutWidth; x++)
            {
                float* corner = line + ((long)x * shape.Stride * channels);
                long at = (((long)item * shape.OutWidth) + x) * channels;
                int c = 0;
                for (; c <= channels - 8; c += 8) Eight(corner + c, row, at + c);
                for (; c < channels; c++) One(corner + c, row, at + c);
            }
        }

        private void Eight(float* corner, long row, long at)
        {
            Vector256<float> best = Vector256.Load(corner);
            Vector256<int> position = Vector256<int>.Zero;
            for (int i = 1; i < shape.Window * shape.Window; i++)
            {
                Vector256<float> value = Vector256.Load(corner + (i / shape.Window * row) + ((long)(i % shape.Window) * shape.Channels));
                Vector256<float> wins = Vector256.GreaterThan(value, best) | ~Vector256.Equals(value, value);
                best = Vector256.ConditionalSelect(wins, value, best);
                position = Vector256.ConditionalSelect(wins.AsInt32(), Vector256.Create(i), position);
            }

            best.Store(output + at);
            if (positions == null) return;
            Vector128<short> words = Vector128.Narrow(position.GetLower(), position.GetUpper());
            Unsafe.WriteUnaligned(positions + at, Vector128.Narrow(words.AsUInt16(), words.AsUInt16()).AsUInt64().ToScalar());
        }

        private void One(float* corner, long row, long at)
        {
            float best = *corner;
            int position = 0;
            for (int i = 1; i < shape.Window * shape.Window; i++)
            {
                float value = corner[(i / shape.Window * row) + ((long)(i % shape.Window) * shape.Channels)];
                if (!(value > best || float.IsNaN(value))) continue;
                best = value;
                position = i;
            }

            output[at] = best;
            if (positions != null) positions[at] = (byte)position;
        }
    }

    internal readonly struct GpuArgs(GpuPool shape, ArrayView<float> input, ArrayView<float> output, ArrayView<byte> positions)
    {
        public readonly GpuPool Shape = shape;
        public readonly ArrayView<float> Input = input;
        public readonly ArrayView<float> Output = output;
        public readonly ArrayView<byte> Positions = positions;
    }
}
