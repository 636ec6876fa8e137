namespace RawFuse.Kernels;

/// <summary>
/// What convolutions cost. Floating-point operations are nominal, 2 for each multiply-accumulate of the direct method: a kernel that gets along with
/// fewer multiplications (Winograd's) may show more than the machine's peak. What the epilogue adds is not counted.
/// </summary>
internal static class ConvolutionCost
{
    public static KernelCost Of(in Conv2dForwardArgs args)
    {
        Conv2dShape shape = args.Shape;
        long bytes = (sizeof(float) * (ReadInputs(shape) + shape.OutputLength)) + BytesOf(args.Weights, shape)
            + BytesOf(args.Epilogue, shape.Images * shape.OutHeight * shape.OutWidth, shape.OutChannels);
        return new(2 * shape.Macs, bytes, Describe(shape) + Describe(args.Weights));
    }

    public static KernelCost Of(in Conv2dInputGradientArgs args)
    {
        Conv2dShape shape = args.Shape;
        long bytes = (sizeof(float) * ((long)shape.OutputLength + shape.InputLength)) + BytesOf(args.Weights, shape)
            + (args.OutScale is null ? 0 : sizeof(float) * shape.OutChannels)
            + BytesOf(args.Epilogue, shape.Images * shape.InHeight * shape.InWidth, shape.InChannels);
        return new(2 * shape.Macs, bytes, Describe(shape) + Describe(args.Weights));
    }

    public static KernelCost Of(in Conv2dWeightGradientArgs args)
    {
        Conv2dShape shape = args.Shape;
        return new(2 * shape.Macs, sizeof(float) * (ReadInputs(shape) + shape.OutputLength + shape.WeightLength), Describe(shape));
    }

    public static KernelCost Of(in Conv2dInt8Args args)
    {
        Conv2dShape shape = args.Shape;
        long outputs = shape.OutputLength;
        long bytes = ReadInputs(shape) + BytesOf(args.Weights, shape) + (sizeof(float) * 2L * shape.OutChannels) + (args.Epilogue.Residual is null ? 0 : outputs)
            + (args.Bytes is null ? sizeof(float) * outputs : outputs);
        return new(2 * shape.Macs, bytes, Describe(shape) + Describe(args.Weights) + " bytes");
    }

    /// <summary>Inputs that any output depends on: a stride beyond the kernel leaves some out.</summary>
    private static long ReadInputs(in Conv2dShape shape) =>
        (long)shape.Images * shape.InChannels * Read(shape.InHeight, shape.OutHeight, shape.KernelHeight, shape.Stride)
        * Read(shape.InWidth, shape.OutWidth, shape.KernelWidth, shape.Stride);

    private static int Read(int inputs, int outputs, int kernel, int stride) => Math.Min(inputs, kernel < stride ? outputs * kernel : inputs);

    private static long BytesOf(in ConvWeights weights, in Conv2dShape shape)
    {
        if (weights.Values is not null) return sizeof(float) * (long)shape.WeightLength;
        return (weights.Faults is null ? 1L : 1L + weights.Sets) * shape.WeightLength;
    }

    private static long BytesOf(in ConvEpilogue epilogue, int rows, int channels)
    {
        long perChannel = (epilogue.Scale is null ? 0 : 1) + (epilogue.Shift is null ? 0 : 1);
        long residual = epilogue.Residual is null ? 0 : (long)rows * channels;
        return (sizeof(float) * ((perChannel * channels) + residual)) + (((epilogue.ReluMask is null ? 0 : 1) + (epilogue.Gate is null ? 0 : 1)) * ConvEpilogue.MaskLength(rows, channels));
    }

    private static string Describe(in Conv2dShape shape) =>
        $"{shape.InChannels}->{shape.OutChannels} {shape.KernelHeight}x{shape.KernelWidth} s{shape.Stride} {shape.InHeight}x{shape.InWidth} x{shape.Images}";

    private static string Describe(in ConvWeights weights) =>
        (weights.Packed, weights.Sets) switch { (null, _) => "", (_, 1) => " int8", (_, int sets) => $" int8 {sets} sets" };
}
