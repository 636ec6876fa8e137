using System.Runtime.Intrinsics;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Arguments of <see cref="MaxPool2dInt8"/>. Padding never wins.</summary>
/// <param name="Shape">The sizes.</param>
/// <param name="Input">[images, in height, in width, channels].</param>
/// <param name="Output">[images, out height, out width, channels], in the same steps.</param>
public readonly record struct MaxPool2dInt8Args(PoolShape Shape, ByteValues Input, Storage<byte> Output) : IKernelCost
{
    /// <summary>A comparison per pixel of a window.</summary>
    public KernelCost Cost => new(Shape.WindowPixels, (long)Shape.InputLength + Shape.OutputLength, Shape.Describe() + " bytes");
}

/// <summary>The largest byte of each window. Flipping the highest bit turns signed order into unsigned order, so one loop serves both.</summary>
public readonly unsafe struct MaxPool2dInt8 : IKernel<MaxPool2dInt8Args>
{
    private const byte SignBit = 0x80;

    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in MaxPool2dInt8Args args) => device.For(
        args.Shape.Images * args.Shape.OutHeight,
        new Body(args.Shape, device.Pointer(args.Input.Bytes), args.Input.IsSigned ? SignBit : (byte)0, device.Pointer(args.Output)));

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in MaxPool2dInt8Args args)
    {
        var gpuArgs = new GpuArgs(new GpuPool(args.Shape), device.View(args.Input.Bytes), args.Input.IsSigned ? SignBit : (byte)0, device.View(args.Output));
        if (args.Shape.Channels % Bytes16.Length == 0) device.Launch(Kernel<Bytes16>, args.Shape.OutputLength / Bytes16.Length, gpuArgs);
        else device.Launch(Kernel<Byte1>, args.Shape.OutputLength, gpuArgs);
    }

    internal static void Kernel<TBytes>(GpuArgs a)
        where TBytes : unmanaged, IBytes<TBytes>
    {
        GpuPool s = a.Shape;
        ArrayView<TBytes> input = a.Input.Cast<TBytes>(), output = a.Output.Cast<TBytes>();
        TBytes flips = TBytes.All(a.Flip);
        int chunks = s.Channels / TBytes.Count;
        long count = (long)s.Images * s.OutHeight * s.OutWidth * chunks;
        for (long index = GridStride.First; index < count; index += GridStride.Step)
        {
            var at = new GridPixel(index, s.OutHeight, s.OutWidth, chunks);
            int top = (at.Y * s.Stride) - s.Padding, left = (at.X * s.Stride) - s.Padding;
            int endRow = Math.Min(top + s.Window, s.InHeight), endColumn = Math.Min(left + s.Window, s.InWidth);
            TBytes best = TBytes.All(0);
            for (int row = Math.Max(top, 0); row < endRow; row++)
            {
                int pixels = ((at.Image * s.InHeight) + row) * s.InWidth;
                for (int column = Math.Max(left, 0); column < endColumn; column++)
                    best = TBytes.Larger(best, input[((pixels + column) * chunks) + at.Channel] ^ flips);
            }

            output[index] = best ^ flips;
        }
    }

    /// <summary>One row of output pixels.</summary>
    private readonly struct Body(PoolShape shape, byte* input, byte flip, byte* output) : IParallelBody
    {
        public void Run(int item)
        {
            int n = item / shape.OutHeight, top = ((item % shape.OutHeight) * shape.Stride) - shape.Padding, channels = shape.Channels;
            int firstRow = Math.Max(0, top), endRow = Math.Min(shape.InHeight, top + shape.Window);
            byte* image = input + ((long)n * shape.InHeight * shape.InWidth * channels);
            Vector256<byte> flips = Vector256.Create(flip);
            for (int x = 0; x < shape.OutWidth; x++)
            {
                int left = (x * shape.Stride) - shape.Padding, firstColumn = Math.Max(0, left), endColumn = Math.Min(shape.InWidth, left + shape.Window);
                byte* target = output + ((((long)item * shape.OutWidth) + x) * channels);
                int c = 0;
                for (; c <= channels - Vector256<byte>.Count; c += Vector256<byte>.Count)
                {
                    Vector256<byte> best = Vector256<byte>.Zero;
                    for (int row = firstRow; row < endRow; row++)
                        for (int column = firstColumn; column < endColumn; column++)
                            best = Vector256.Max(best, Vector256.Load(image + ((((long)row * shape.InWidth) + column) * channels) + c) ^ flips);
                    (best ^ flips).Store(target + c);
                }

                for (; c < channels; c++)
                {
                    int best = 0;
                    for (int row = firstRow; row < endRow; row++)
                        for (int column = firstColumn; column < endColumn; column++)
                            best = Math.Max(best, image[((((long)row * shape.InWidth) + column) * channels) + c] ^ flip);
                    target[c] = (byte)(best ^ flip);
                }
            }
        }
    }

    internal readonly struct GpuArgs(GpuPool shape, ArrayView<byte> input, byte flip, ArrayView<byte> output)
    {
        public readonly GpuPool Shape = shape;
        public readonly ArrayView<byte> Input = input;
        public readonly byte Flip = flip;
        public readonly ArrayView<byte> Output = output;
    }
}
