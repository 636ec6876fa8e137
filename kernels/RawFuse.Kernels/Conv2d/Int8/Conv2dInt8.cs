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
        GpuConvolution.Int8(device, in args);
    }
}
