using RawFuse.KernelCases;
using RawFuse.Kernels;
using RawFuse.Tests.Profiling;

namespace RawFuse.Tests.Kernels;

/// <summary>What kernels say they cost, against numbers from hand.</summary>
public sealed class KernelCostTests : IDisposable
{
    private readonly CpuDevice device = new(1);
    private readonly Storage<float> a;
    private readonly Storage<sbyte> packed;
    private readonly Storage<byte> bytes;

    public KernelCostTests()
    {
        a = device.Allocate<float>(1);
        packed = device.Allocate<sbyte>(1);
        bytes = device.Allocate<byte>(64);
    }

    public void Dispose()
    {
        a.Dispose();
        packed.Dispose();
        bytes.Dispose();
        device.Dispose();
    }

    /// <summary>A kernel whose arguments do not say what they cost would be observed by its time alone; there is none.</summary>
    [Fact]
    public void EveryKernelHasACost() => Assert.Empty(
        from kernel in typeof(Device).Assembly.GetTypes()
        from contract in kernel.GetInterfaces()
        where contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IKernel<>)
        where !kernel.IsInterface && !contract.GenericTypeArguments[0].IsAssignableTo(typeof(IKernelCost))
        select kernel.Name);

    /// <summary>The costs of everything the kernel table runs, with sizes from 0 on, can be told.</summary>
    [Fact]
    public void CostsOfAllCasesAreSound()
    {
        var listener = new RecordingListener();
        device.Listener = listener;
        foreach (string name in KernelTable.Emulated) KernelTable.Run(name, device, toy: true);
        Assert.NotEmpty(listener.Kernels);
        Assert.All(listener.Kernels, kernel =>
        {
            Assert.NotNull(kernel.Cost);
            Assert.True(kernel.Cost is { Flops: >= 0, Bytes: >= 0, Detail.Length: > 0 }, $"{kernel.Kernel}: {kernel.Cost}");
        });
    }

    [Fact]
    public void ElementwiseCostsAreCounted()
    {
        AssertCost(1000, 8000, "1000", new MapArgs<Relu>(a, a, 1000, default));
        AssertCost(2000, 12000, "1000", new MapGradientArgs<Relu>(a, a, a, 1000, default));
        AssertCost(1000, 12000, "1000", new ZipArgs(a, a, a, 1000, 1000));
        AssertCost(1000, 8040, "1000 by 10", new ZipArgs(a, a, a, 1000, 10));
        AssertCost(0, 64, "64", new FillArgs<byte>(bytes, 64, 0));
        AssertCost(0, 2 * 4 * 60, "6x10", new CopyBlockArgs(a, 0, 10, a, 0, 20, 6, 10));
        AssertCost(60, 3 * 4 * 60, "6x10", new CopyBlockArgs(a, 0, 10, a, 0, 20, 6, 10, Accumulate: true));
        AssertCost(0, 2 * 4 * 70, "70 in 2", new CopyTensorsArgs(new TensorCopy[] { new(a, a, 60), new(a, a, 10) }));

        // 12 channels need 2 bytes of mask in a row.
        AssertCost(0, (2 * 4 * 60) + (5 * 2), "5x12", new ApplyReluMaskArgs(a, bytes, a, 5, 12));
    }

    [Fact]
    public void ConvolutionCostsAreThoseOfTheDirectMethod()
    {
        // 2 images of 8x8x16 to 32 channels, 3x3, padding 1: 2*64*32 outputs of 144 multiply-adds.
        var shape = new Conv2dShape(2, 8, 8, 16, 32, 3, 3, padding: 1);
        const long Flops = 2L * 2 * 64 * 32 * 144, In = 4 * 2 * 64 * 16, Out = 4 * 2 * 64 * 32, Weights = 9 * 16 * 32;
        AssertCost(Flops, In + Out + (4 * Weights), "16->32 3x3 s1 8x8 x2", new Conv2dForwardArgs(shape, a, ConvWeights.OfFloats(a), a));
        AssertCost(Flops, In + Out + Weights, "16->32 3x3 s1 8x8 x2 int8", new Conv2dForwardArgs(shape, a, ConvWeights.OfPacked(packed, 1), a));
        AssertCost(
            Flops, In + Out + (3 * Weights), "16->32 3x3 s1 8x8 x2 int8 2 sets",
            new Conv2dForwardArgs(shape, a, ConvWeights.OfPacked(packed, 1, bytes, sets: 2), a));
        AssertCost(
            Flops, In + Out + Weights + (2 * 4 * 32) + Out + (2 * 64 * 4), "16->32 3x3 s1 8x8 x2 int8",
            new Conv2dForwardArgs(shape, a, ConvWeights.OfPacked(packed, 1), a, new ConvEpilogue(a, a, a, Relu: true, bytes)));
        AssertCost(
            Flops, In + Out + Weights + (4 * 32), "16->32 3x3 s1 8x8 x2 int8", new Conv2dInputGradientArgs(shape, a, ConvWeights.OfPacked(packed, 1), a, a));
        AssertCost(Flops, In + Out + (4 * Weights), "16->32 3x3 s1 8x8 x2", new Conv2dWeightGradientArgs(shape, a, a, a));

        // In bytes, activations have one each; factors and shifts are floats.
        var epilogue = new Int8Epilogue(a, a);
        var values = new ByteValues(bytes, IsSigned: false);
        AssertCost(
            Flops, (In / 4) + (Out / 4) + Weights + (2 * 4 * 32), "16->32 3x3 s1 8x8 x2 int8 bytes",
            new Conv2dInt8Args(shape, values, ConvWeights.OfPacked(packed, 1), epilogue, values, null));
        AssertCost(
            Flops, (In / 4) + Out + (Out / 4) + (3 * Weights) + (2 * 4 * 32), "16->32 3x3 s1 8x8 x2 int8 2 sets bytes",
            new Conv2dInt8Args(shape, values, ConvWeights.OfPacked(packed, 1, bytes, sets: 2), epilogue with { Residual = values }, null, a));

        // A 1x1 kernel with stride 2 looks at a quarter of the pixels.
        var strided = new Conv2dShape(1, 8, 8, 16, 32, 1, 1, stride: 2);
        AssertCost(
            2 * 16 * 32 * 16, (4 * 16 * 16) + (4 * 16 * 32) + (4 * 16 * 32), "16->32 1x1 s2 8x8 x1", new Conv2dForwardArgs(strided, a, ConvWeights.OfFloats(a), a));
    }

    [Fact]
    public void PoolAndResampleCostsAreCounted()
    {
        var shape = new PoolShape(2, 8, 8, 16, window: 2, stride: 2);
        const long In = 2 * 64 * 16, Out = 2 * 16 * 16;
        AssertCost(4 * Out, 4 * (In + Out), "8x8x16 w2 s2 x2", new MaxPool2dArgs(shape, a, a, null));
        AssertCost(4 * Out, (4 * (In + Out)) + Out, "8x8x16 w2 s2 x2", new MaxPool2dArgs(shape, a, a, bytes));
        AssertCost(Out, (4 * (In + Out)) + Out, "8x8x16 w2 s2 x2", new MaxPool2dGradientArgs(shape, a, bytes, a));
        AssertCost(4 * Out, In + Out, "8x8x16 w2 s2 x2 bytes", new MaxPool2dInt8Args(shape, new ByteValues(bytes, IsSigned: true), bytes));
        AssertCost(5 * Out, 4 * (In + Out), "8x8x16 w2 s2 x2", new AveragePool2dArgs(shape, a, a));
        AssertCost(2 * In, 4 * (In + Out), "8x8->4x4x16 x2", new AdaptiveAveragePool2dArgs(2, 8, 8, 4, 4, 16, a, a, IsGradient: false));
        AssertCost(0, 4 * (In + Out), "4x4x16 by 2 x2", new UpsampleNearest2dArgs(2, 4, 4, 16, 2, a, a));

        // Of 8x8 pixels, 7x6 are left in an image of 7x6 that begins one row and one column inside.
        AssertCost(0, 4 * 3 * 2 * 42, "8x8->7x6x3 x1", new Pad2dArgs(1, 8, 8, 7, 6, 3, -1, -1, a, a));
        AssertCost(0, 4 * 3 * (64 + 100), "8x8->10x10x3 x1", new Pad2dArgs(1, 8, 8, 10, 10, 3, 1, 1, a, a));
    }

    [Fact]
    public void TrainingCostsAreCounted()
    {
        AssertCost(7 * 600, 4 * ((2 * 600) + 48), "100x6", new BatchNormForwardArgs(a, a, a, a, a, a, a, a, 100, 6, 0.1f, 1e-5f));
        AssertCost(11 * 600, 4 * ((3 * 600) + 30), "100x6", new BatchNormBackwardArgs(a, a, a, a, a, a, a, a, 100, 6));
        AssertCost(5 * 600, 4 * ((2 * 600) + 24), "100x6 sums", new BatchNormBackwardArgs(a, a, a, a, a, null, a, a, 100, 6));
        AssertCost(2 * 96 * 10 * 30, 4 * 30, "30x10", new MultiplyAddChainsArgs(a, 30, 10, 0.5f, 1));
        AssertCost(36, 4 * 7 * 6, "6", new BatchNormFoldArgs(a, a, a, a, a, 1e-5f, a, a, 6));
        using Storage<int> labels = device.Allocate<int>(1);
        AssertCost((4 * 50) + 20, 4 * (50 + 15), "5x10", new SoftmaxCrossEntropyArgs(a, labels, a, a, null, 5, 10));
        AssertCost((9 * 50) + 20, 4 * (100 + 15), "5x10", new SoftmaxCrossEntropyArgs(a, labels, a, a, a, 5, 10));
        AssertCost((9 * 50) + 20, 4 * (100 + 11), "5x10", new SoftmaxCrossEntropyArgs(a, labels, a, a, a, 5, 10, Copies: 5));
        AssertCost((11 * 50) + 20, 4 * (100 + 15), "5x10", new SoftmaxCrossEntropyArgs(a, labels, a, a, a, 5, 10, Smoothing: 0.1f));
        AssertCost(13 * 100, 28 * 100, "100 in 2", new AdamStepArgs(new AdamTensor[] { new(a, a, a, a, 70, 1), new(a, a, a, a, 30, 2) }, 0.1f, 0.9, 0.999, 1e-8f));
        AssertCost(6 * 100, 20 * 100, "100 in 1", new SgdStepArgs(new SgdTensor[] { new(a, a, a, 100) }, 0.1f, 0.9f, 0));
        AssertCost(8 * 100, 20 * 100, "100 in 1", new SgdStepArgs(new SgdTensor[] { new(a, a, a, 100) }, 0.1f, 0.9f, 0, Nesterov: true));
        AssertCost(600, 4 * 606, "100x6", new SumRowsArgs(a, a, 100, 6));
    }

    [Fact]
    public void QuantizationAndFaultCostsAreCounted()
    {
        AssertCost(100, 404, "100", new AbsoluteMaximumArgs(a, 100, a));
        AssertCost(200, 404 + 100, "100", new QuantizeArgs(a, a, 100, 127, packed, null));
        AssertCost(300, 404 + 400, "100", new QuantizeArgs(a, a, 100, 127, null, a));
        AssertCost(400, 500, "100", new QuantizeActivationsArgs(a, 1, 100, new ByteValues(bytes, IsSigned: true)));
        AssertCost(100, 500, "100", new DequantizeActivationsArgs(new ByteValues(bytes, IsSigned: true), 1, 100, a));
        AssertCost(0, 300, "100", new ApplyFaultMaskArgs(packed, 100, bytes));
        using Storage<int> touched = device.Allocate<int>(1);
        AssertCost(0, 200, "100", new UpdateFaultMaskArgs(bytes, 100, bytes, 0, touched));
        FaultCells drawn = FaultCells.Drawn(1, 0.1, FaultModel.Flip), mapped = FaultCells.Mapped(bytes, bytes);
        AssertCost(0, 200, "100 drawn", new InjectFaultsArgs(packed, 100, drawn));

        // The maps of 64 bytes are shorter than the weights; where each group serves twice, 32 weights look at 16 bytes.
        AssertCost(0, 200 + (2 * 64), "100 mapped", new InjectFaultsArgs(packed, 100, mapped));
        AssertCost(0, 64 + (2 * 16), "32 mapped", new InjectFaultsArgs(packed, 32, FaultCells.Mapped(bytes, bytes, repeat: 2)));
        AssertCost(0, 2 * 72, "2->4 9 taps drawn", new DrawFaultMaskArgs(packed, 4, 2, 9, drawn, bytes));
        AssertCost(0, 3 * 72, "2->4 9 taps drawn", new DrawFaultMaskArgs(packed, 4, 2, 9, drawn, bytes, OnTop: true));
    }

    private static void AssertCost<TArgs>(long flops, long bytes, string detail, TArgs args)
        where TArgs : struct, IKernelCost => Assert.Equal(new KernelCost(flops, bytes, detail), args.Cost);
}
