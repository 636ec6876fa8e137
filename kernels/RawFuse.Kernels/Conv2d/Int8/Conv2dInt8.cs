using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="Conv2dInt8"/>: output[n, y, x, o] = epilogue(sum over kernel pixels and input channels of input[n, y*stride + kh - padding, x*stride + kw - padding,
/// i] * weights[kh, kw, i, o]), zeros outside the image, on bytes and in 32-bit integers: the sums are exact, whichever way they are computed.
/// </summary>
/// <param name="Shape">The sizes.</param>
/// <param name="Input">[images, in height, in width, in channels].</param>
/// <param name="Weights">Packed weights; their scale is not looked at.</param>
/// <param name="Epilogue">What is done to the sums.</param>
/// <param name="Bytes">Receives the results as bytes, [images, out height, out width, out channels]; null for floats.</param>
/// <param name="Floats">Receives them as floats; null for bytes.</param>
public readonly record struct Conv2dInt8Args(
    Conv2dShape Shape, ByteValues Input, ConvWeights Weights, Int8Epilogue Epilogue, ByteValues? Bytes, Storage<float>? Floats) : IKernelCost
{
    /// <inheritdoc/>
    public KernelCost Cost => ConvolutionCost.Of(in this);

    /// <summary>What results are limited to, ReLU included.</summary>
    internal (float Lowest, float Highest) Limits
    {
        get
        {
            float lowest = Bytes?.Lowest ?? float.NegativeInfinity;
            return (Epilogue.Relu ? Math.Max(lowest, 0) : lowest, Bytes?.Highest ?? float.PositiveInfinity);
        }
    }

    internal void Check()
    {
        if (Weights.Packed is null) throw new ArgumentException("Conv2dInt8: the weights are floats; expected packed bytes.");
        if (Bytes is null == Floats is null) throw new ArgumentException("Conv2dInt8: results go either into bytes or into floats.");
        Weights.Check(Shape);
        long products = (long)Shape.Taps * Shape.InChannels, largest = int.MaxValue / (128 * Input.LargestMagnitude);
        if (products > largest) throw new ArgumentException($"Conv2dInt8: sums of {products} products may exceed 32 bits; {largest} is the limit.");
    }
}

/// <summary>Convolution of bytes with packed weights, for inference.</summary>
public readonly struct Conv2dInt8 : IKernel<Conv2dInt8Args>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in Conv2dInt8Args args)
    {
        args.Check();
        if (args.Shape.Images == 0) return;
        switch (Int8Plan.Choose(in args))
        {
            case ConvAlgorithm.WinogradF4: Int8Winograd<IntegerWinogradF4>.Run(device, in args); break;
            case ConvAlgorithm.WinogradF2: Int8Winograd<IntegerWinogradF2>.Run(device, in args); break;
            default: Int8Direct.Run(device, in args); break;
        }
    }

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in Conv2dInt8Args args)
    {
        args.Check();
        device.Launch(Kernel, args.Shape.OutputLength, new GpuArgs(device, in args));
    }

    internal static void Kernel(GpuArgs a)
    {
        GpuConv s = a.Shape;
        long count = (long)s.Images * s.OutHeight * s.OutWidth * s.OutChannels;
        for (long index = GridStride.First; index < count; index += GridStride.Step)
        {
            int o = (int)(index % s.OutChannels);
            long pixel = index / s.OutChannels;
            int x = (int)(pixel % s.OutWidth);
            int y = (int)(pixel / s.OutWidth % s.OutHeight);
            int n = (int)(pixel / s.OutWidth / s.OutHeight);
            long set = (long)(n / (s.Images / a.Sets)) * s.WeightLength;
            int sum = 0;
            for (int kh = 0; kh < s.KernelHeight; kh++)
            {
                int ih = (y * s.Stride) + kh - s.Padding;
                if (ih < 0 || ih >= s.InHeight) continue;
                for (int kw = 0; kw < s.KernelWidth; kw++)
                {
                    int iw = (x * s.Stride) + kw - s.Padding;
                    if (iw < 0 || iw >= s.InWidth) continue;
                    long source = (((((long)n * s.InHeight) + ih) * s.InWidth) + iw) * s.InChannels;
                    long weight = ((((long)kh * s.KernelWidth) + kw) * s.InChannels * s.OutChannels) + o;
                    for (int i = 0; i < s.InChannels; i++) sum += Signed(a.Input[source + i], a.IsInputSigned) * a.Weight(set, weight + ((long)i * s.OutChannels));
                }
            }

            float value = (sum * a.Factor[o]) + a.Shift[o];
            if (a.Residual.Length > 0) value += Signed(a.Residual[index], a.IsResidualSigned) * a.ResidualFactor;
            if (a.Bytes.Length > 0) a.Bytes[index] = Int8Rounding.ToByte(value, a.Lowest, a.Highest);
            else a.Floats[index] = value > a.Lowest ? value : a.Lowest;
        }
    }

    private static int Signed(byte value, int isSigned) => isSigned != 0 ? (sbyte)value : value;

    internal readonly struct GpuArgs(GpuDevice device, in Conv2dInt8Args args)
    {
        public readonly GpuConv Shape = new(args.Shape);
        public readonly ArrayView<byte> Input = device.View(args.Input.Bytes);
        public readonly ArrayView<sbyte> Packed = device.View(args.Weights.Packed!);
        public readonly ArrayView<byte> Faults = device.ViewOrEmpty(args.Weights.Faults, args.Input.Bytes);
        public readonly ArrayView<float> Factor = device.View(args.Epilogue.Factor);
        public readonly ArrayView<float> Shift = device.View(args.Epilogue.Shift);
        public readonly ArrayView<byte> Residual = device.ViewOrEmpty(args.Epilogue.Residual?.Bytes, args.Input.Bytes);
        public readonly ArrayView<byte> Bytes = device.ViewOrEmpty(args.Bytes?.Bytes, args.Input.Bytes);
        public readonly ArrayView<float> Floats = device.ViewOrEmpty(args.Floats, args.Input.Bytes);
        public readonly int Sets = args.Weights.Sets;
        public readonly int IsInputSigned = args.Input.IsSigned ? 1 : 0;
        public readonly int IsResidualSigned = args.Epilogue.Residual is { IsSigned: true } ? 1 : 0;
        public readonly float ResidualFactor = args.Epilogue.ResidualFactor;
        public readonly float Lowest = args.Limits.Lowest;
        public readonly float Highest = args.Limits.Highest;

        public int Weight(long set, long index)
        {
            int bits = Packed[index];
            return Faults.Length > 0 ? (sbyte)(bits ^ Faults[set + index]) : bits;
        }
    }
}
