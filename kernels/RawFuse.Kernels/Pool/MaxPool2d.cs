using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="MaxPool2d"/>. Of equal values the first in reading order wins; NaN wins over numbers; padding never wins, not even over minus
/// infinity.
/// </summary>
/// <param name="Shape">The sizes; windows of at most 15 x 15 pixels when positions are wanted.</param>
/// <param name="Input">[images, in height, in width, channels].</param>
/// <param name="Output">[images, out height, out width, channels].</param>
/// <param name="Positions">For each output, the number of the winning pixel within its window (row by row, padding counted); null when not wanted.</param>
public readonly record struct MaxPool2dArgs(PoolShape Shape, Storage<float> Input, Storage<float> Output, Storage<byte>? Positions) : IKernelCost
{
    /// <summary>A comparison per pixel of a window.</summary>
    public KernelCost Cost => new(
        Shape.WindowPixels, (sizeof(float) * ((long)Shape.InputLength + Shape.OutputLength)) + (Positions is null ? 0 : Shape.OutputLength), Shape.Describe());
}

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
        GpuChannels.Launch(
            device, args.Shape.Channels, args.Shape.OutputLength, Kernel<Float4>, Kernel<Float1>,
            new GpuArgs(new GpuPool(args.Shape), device.View(args.Input), device.View(args.Output), device.ViewOrEmpty(args.Positions, args.Output)));
    }

    internal static void Kernel<TChannels>(GpuArgs a)
        where TChannels : unmanaged, IChannels<TChannels>
    {
        GpuPool s = a.Shape;
        ArrayView<TChannels> input = a.Input.Cast<TChannels>(), output = a.Output.Cast<TChannels>();
        int chunks = s.Channels / TChannels.Count;
        long count = (long)s.Images * s.OutHeight * s.OutWidth * chunks;
        for (long index = GridStride.First; index < count; index += GridStride.Step)
        {
            var at = new GridPixel(index, s.OutHeight, s.OutWidth, chunks);
            int top = (at.Y * s.Stride) - s.Padding, left = (at.X * s.Stride) - s.Padding;
            int firstRow = Math.Max(top, 0), firstColumn = Math.Max(left, 0);
            int endRow = Math.Min(top + s.Window, s.InHeight), endColumn = Math.Min(left + s.Window, s.InWidth);
            TChannels best = TChannels.All(float.NegativeInfinity);
            uint positions = (uint)(((firstRow - top) * s.Window) + firstColumn - left) * 0x01010101;
            for (int row = firstRow; row < endRow; row++)
            {
                int pixels = ((at.Image * s.InHeight) + row) * s.InWidth, position = ((row - top) * s.Window) - left;
                for (int column = firstColumn; column < endColumn; column++)
                    best = TChannels.Larger(best, input[((pixels + column) * chunks) + at.Channel], (uint)(position + column), ref positions);
            }

            output[index] = best;
            if (a.Positions.Length > 0) TChannels.StoreBytes(a.Positions, (int)index, positions);
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
            int n = item / shape.OutHeight, top = ((item % shape.OutHeight) * shape.Stride) - shape.Padding, channels = shape.Channels;
            float* image = input + ((long)n * shape.InHeight * shape.InWidth * channels);
            for (int x = 0; x < shape.OutWidth; x++)
            {
                int left = (x * shape.Stride) - shape.Padding;

                // The part of the window that lies in the image, in numbers within the window.
                var inside = new Part(
                    Math.Max(0, -top), Math.Min(shape.Window, shape.InHeight - top), Math.Max(0, -left), Math.Min(shape.Window, shape.InWidth - left));
                float* corner = image + ((((long)top * shape.InWidth) + left) * channels);
                long at = (((long)item * shape.OutWidth) + x) * channels;
                int c = 0;
                for (; c <= channels - 8; c += 8) Eight(corner + c, inside, at + c);
                for (; c < channels; c++) One(corner + c, inside, at + c);
            }
        }

        private void Eight(float* corner, in Part inside, long at)
        {
            Vector256<float> best = Vector256.Create(float.NegativeInfinity);
            Vector256<int> position = Vector256.Create((inside.Top * shape.Window) + inside.Left);
            for (int row = inside.Top; row < inside.Bottom; row++)
            {
                for (int column = inside.Left; column < inside.Right; column++)
                {
                    Vector256<float> value = Vector256.Load(corner + ((((long)row * shape.InWidth) + column) * shape.Channels));
                    Vector256<float> wins = Vector256.GreaterThan(value, best) | ~Vector256.Equals(value, value);
                    best = Vector256.ConditionalSelect(wins, value, best);
                    position = Vector256.ConditionalSelect(wins.AsInt32(), Vector256.Create((row * shape.Window) + column), position);
                }
            }

            best.Store(output + at);
            if (positions == null) return;
            Vector128<short> words = Vector128.Narrow(position.GetLower(), position.GetUpper());
            Unsafe.WriteUnaligned(positions + at, Vector128.Narrow(words.AsUInt16(), words.AsUInt16()).AsUInt64().ToScalar());
        }

        private void One(float* corner, in Part inside, long at)
        {
            float best = float.NegativeInfinity;
            int position = (inside.Top * shape.Window) + inside.Left;
            for (int row = inside.Top; row < inside.Bottom; row++)
            {
                for (int column = inside.Left; column < inside.Right; column++)
                {
                    float value = corner[(((long)row * shape.InWidth) + column) * shape.Channels];
                    if (!(value > best || float.IsNaN(value))) continue;
                    best = value;
                    position = (row * shape.Window) + column;
                }
            }

            output[at] = best;
            if (positions != null) positions[at] = (byte)position;
        }
    }

    /// <summary>Rows and columns of a window, the ends exclusive.</summary>
    private readonly record struct Part(int Top, int Bottom, int Left, int Right);

    internal readonly struct GpuArgs(GpuPool shape, ArrayView<float> input, ArrayView<float> output, ArrayView<byte> positions)
    {
        public readonly GpuPool Shape = shape;
        public readonly ArrayView<float> Input = input;
        public readonly ArrayView<float> Output = output;
        public readonly ArrayView<byte> Positions = positions;
    }
}
