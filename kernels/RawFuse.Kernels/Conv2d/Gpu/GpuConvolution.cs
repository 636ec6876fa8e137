using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// A convolution's three passes on a GPU, each a matrix product (<see cref="GpuGemm"/>) whose operands are read from images and packed weights where they lie. All sets of weights run in
/// one launch. Which tile and which way of reading is taken follows from the sizes alone; tensor cores are used where the device has them, its precision allows, and channels come in
/// whole chunks: for others, the first and the last layer's, reading costs more than multiplying.
/// </summary>
internal static class GpuConvolution
{
    /// <summary>Products the weight gradient is cut into, at least, where there are enough pixels: a GPU has this many groups at work.</summary>
    private const int WeightGradientGroups = 256;

    /// <summary>Pixels in a share of the weight gradient, at least.</summary>
    private const int FewestPixels = 256;

    public static void Forward(GpuDevice device, in Conv2dForwardArgs args)
    {
        Conv2dShape shape = args.Shape;
        if (shape.Images == 0) return;
        GemmArgs gemm = ArgsOf(device, shape, args.Input, args.Output, args.Weights, args.Epilogue);
        SetForward(ref gemm, shape, args.Weights.Sets);
        bool chunks = shape.InChannels % 4 == 0, columns = shape.OutChannels % 8 == 0;
        if (chunks && columns) LaunchPixels<ForwardGeometry, ForwardPixels, ForwardWeights>(device, gemm);
        else if (chunks) Launch<ForwardGeometry, ForwardPixels, ForwardWeightElements, PixelElementStore>(device, gemm);
        else if (columns) Launch<ForwardGeometry, ForwardPixelElements, ForwardWeights, PixelStore>(device, gemm);
        else Launch<ForwardGeometry, ForwardPixelElements, ForwardWeightElements, PixelElementStore>(device, gemm);
    }

    /// <summary>The forward pass on bytes.</summary>
    public static void Int8(GpuDevice device, in Conv2dInt8Args args)
    {
        if (args.Shape.Images == 0) return;
        if (args.Input.IsSigned) Int8<SignedByteFormat, SignedByteMath, PlainSignedByteMath>(device, in args);
        else Int8<UnsignedByteFormat, UnsignedByteMath, PlainUnsignedByteMath>(device, in args);
    }

    public static void InputGradient(GpuDevice device, in Conv2dInputGradientArgs args)
    {
        Conv2dShape shape = args.Shape;
        if (shape.Images == 0) return;
        GemmArgs gemm = ArgsOf(device, shape, args.OutputGradient, args.InputGradient, args.Weights, args.Epilogue);
        int phases = shape.Stride;
        gemm.TermScale = device.ViewOrEmpty(args.OutScale, args.OutputGradient);
        gemm.Lines = gemm.SetImages * ((shape.InHeight + phases - 1) / phases) * ((shape.InWidth + phases - 1) / phases);
        gemm.Columns = shape.InChannels;
        gemm.Batches = args.Weights.Sets * phases * phases;
        gemm.Phases = phases;
        gemm.ResultHeight = shape.InHeight;
        gemm.ResultWidth = shape.InWidth;
        bool chunks = shape.OutChannels % 4 == 0, columns = shape.InChannels % 8 == 0;
        if (chunks && columns) LaunchPixels<InputGradientGeometry, GradientPixels, GradientWeights>(device, gemm);
        else if (chunks) Launch<InputGradientGeometry, GradientPixels, GradientWeights, PixelElementStore>(device, gemm);
        else if (columns) Launch<InputGradientGeometry, GradientPixelElements, GradientWeightElements, PixelStore>(device, gemm);
        else Launch<InputGradientGeometry, GradientPixelElements, GradientWeightElements, PixelElementStore>(device, gemm);
    }

    public static void WeightGradient(GpuDevice device, in Conv2dWeightGradientArgs args)
    {
        Conv2dShape shape = args.Shape;
        int lines = shape.Taps * shape.InChannels, pixels = shape.Images * shape.OutHeight * shape.OutWidth;
        int tiles = Tiles(lines, shape.OutChannels), shares = Math.Clamp(WeightGradientGroups / tiles, 1, Math.Max(1, pixels / FewestPixels));
        int depth = (((pixels + shares - 1) / shares) + TensorGemm.StepTerms - 1) / TensorGemm.StepTerms * TensorGemm.StepTerms;
        shares = Math.Max(1, (pixels + depth - 1) / Math.Max(1, depth));
        using Storage<float> sums = shares == 1 ? args.WeightGradient.Share() : device.Allocate<float>(checked(shares * shape.WeightLength));
        GemmArgs gemm = ArgsOf(device, shape, args.Input, sums, ConvWeights.OfFloats(args.Input), default);
        gemm.Gradient = device.View(args.OutputGradient);
        gemm.Lines = lines;
        gemm.Columns = shape.OutChannels;
        gemm.Batches = shares;
        gemm.ShareDepth = depth;
        bool chunks = shape.InChannels % 4 == 0, columns = shape.OutChannels % 8 == 0;
        if (chunks && columns) LaunchShares(device, gemm);
        else if (chunks) Launch<WeightGradientGeometry, TapPixels, PixelGradientElements, ShareElementStore>(device, gemm);
        else if (columns) Launch<WeightGradientGeometry, TapPixelElements, PixelGradients, ShareStore>(device, gemm);
        else Launch<WeightGradientGeometry, TapPixelElements, PixelGradientElements, ShareElementStore>(device, gemm);
        if (shares > 1) SumShares.Run(device, sums, args.WeightGradient, shares, shape.WeightLength);
    }

    /// <summary>Convolutions whose channels do not come in whole chunks are rare, and read a byte at a time: multiplying in one instruction would not help them.</summary>
    private static void Int8<TFormat, TMath, TPlain>(GpuDevice device, in Conv2dInt8Args args)
        where TFormat : struct, ITensorFormat<int>
        where TMath : struct, IGemmMath<int>
        where TPlain : struct, IGemmMath<int>
    {
        // The views of floats that bytes have no use for are of length 0, over memory that is there.
        Conv2dShape shape = args.Shape;
        Storage<float> any = args.Floats ?? args.Epilogue.Factor;
        GemmArgs gemm = ArgsOf(device, shape, any, any, args.Weights, default);
        gemm.Int8 = new GpuInt8(device, in args);
        SetForward(ref gemm, shape, args.Weights.Sets);
        bool chunks = shape.InChannels % 16 == 0, columns = shape.OutChannels % 8 == 0;
        if (chunks && columns && device.HasTensorCores)
            TensorGemm.Launch<int, TFormat, ByteGeometry, CopiedChunk<int, BytePixels>, StagedChunk<int, ByteWeights, TFormat>, Int8PixelStore>(device, gemm);
        else if (chunks && columns && device.HasByteProducts) GpuGemm.Launch<int, TMath, ByteGeometry, BytePixels, ByteWeights, Int8PixelStore>(device, gemm);
        else if (chunks && columns) GpuGemm.Launch<int, TPlain, ByteGeometry, BytePixels, ByteWeights, Int8PixelStore>(device, gemm);
        else if (chunks) GpuGemm.Launch<int, TPlain, ByteGeometry, BytePixels, ByteWeightElements, Int8PixelStore>(device, gemm);
        else if (columns) GpuGemm.Launch<int, TPlain, ByteGeometry, BytePixelElements, ByteWeights, Int8PixelStore>(device, gemm);
        else GpuGemm.Launch<int, TPlain, ByteGeometry, BytePixelElements, ByteWeightElements, Int8PixelStore>(device, gemm);
    }

    private static void SetForward(ref GemmArgs gemm, Conv2dShape shape, int sets)
    {
        gemm.Lines = gemm.SetImages * shape.OutHeight * shape.OutWidth;
        gemm.Columns = shape.OutChannels;
        gemm.Batches = sets;
        gemm.Phases = 1;
        gemm.ResultHeight = shape.OutHeight;
        gemm.ResultWidth = shape.OutWidth;
    }

    private static GemmArgs ArgsOf(GpuDevice device, Conv2dShape shape, Storage<float> source, Storage<float> output, in ConvWeights weights, in ConvEpilogue epilogue) => new()
    {
        Shape = new GpuConv(shape),
        Source = device.View(source),
        Gradient = device.ViewOrEmpty<float, float>(null, source),
        TermScale = device.ViewOrEmpty<float, float>(null, source),
        Weights = new GpuWeights(device, weights),
        Epilogue = new GpuEpilogue(device, epilogue, output),
        Int8 = new GpuInt8(device, source),
        Output = device.View(output),
        SetImages = shape.Images / weights.Sets,
    };

    private static int Tiles(int lines, int columns)
    {
        int width = GpuGemm.TileColumns(columns), height = 128 * 128 / width;
        return ((lines + height - 1) / height) * ((columns + width - 1) / width);
    }

    /// <summary>Pixels come as they are or, rounded to half the bytes, through registers like weights.</summary>
    private static void LaunchPixels<TGeometry, TPixels, TWeights>(GpuDevice device, GemmArgs args)
        where TGeometry : struct, IGemmGeometry
        where TPixels : struct, IPlainOperand<TPixels, float>
        where TWeights : struct, IGemmOperand<TWeights, float>
    {
        switch (device.TensorPrecision)
        {
            case MatrixPrecision.TensorFloat32:
                TensorGemm.Launch<float, Tf32Format, TGeometry, CopiedChunk<float, TPixels>, StagedChunk<float, TWeights, Tf32Format>, PixelStore>(device, args);
                break;
            case MatrixPrecision.BFloat16:
                TensorGemm.Launch<float, Bf16Format, TGeometry, StagedChunk<float, TPixels, Bf16Format>, StagedChunk<float, TWeights, Bf16Format>, PixelStore>(device, args);
                break;
            default:
                Launch<TGeometry, TPixels, TWeights, PixelStore>(device, args);
                break;
        }
    }

    private static void LaunchShares(GpuDevice device, GemmArgs args)
    {
        switch (device.TensorPrecision)
        {
            case MatrixPrecision.TensorFloat32:
                TensorGemm.Launch<float, Tf32Format, WeightGradientGeometry, CopiedChunk<float, TapPixels>, CopiedChunk<float, PixelGradients>, ShareStore>(device, args);
                break;
            case MatrixPrecision.BFloat16:
                TensorGemm.Launch<float, Bf16Format, WeightGradientGeometry, StagedChunk<float, TapPixels, Bf16Format>, StagedChunk<float, PixelGradients, Bf16Format>, ShareStore>(device, args);
                break;
            default:
                Launch<WeightGradientGeometry, TapPixels, PixelGradients, ShareStore>(device, args);
                break;
        }
    }

    private static void Launch<TGeometry, TLeft, TRight, TStore>(GpuDevice device, GemmArgs args)
        where TGeometry : struct, IGemmGeometry
        where TLeft : struct, IGemmOperand<TLeft, float>
        where TRight : struct, IGemmOperand<TRight, float>
        where TStore : struct, IGemmStore<float> => GpuGemm.Launch<float, FloatMath, TGeometry, TLeft, TRight, TStore>(device, args);
}
