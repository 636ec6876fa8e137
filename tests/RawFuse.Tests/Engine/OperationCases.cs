using RawFuse.KernelCases;
using RawFuse.Kernels;
using static RawFuse.Tests.Engine.OperationInput;

namespace RawFuse.Tests.Engine;

/// <summary>All operations of the engine. A new operation adds a line here.</summary>
internal static class OperationCases
{
    public static readonly Dictionary<string, OperationCase> All = new OperationCase[]
    {
        new("relu", [OffKinks(3, 5, 7)], (_, x) => x[0].Relu(), Step: 0.1),
        new("tanh", [Of(3, 5, 7)], (_, x) => x[0].Tanh(), Step: 0.03),
        new("clamp", [OffKinks(2, 3, 4, 5)], (_, x) => x[0].Clamp(-1, 1), Step: 0.1),
        new("scale", [Of(11)], (_, x) => x[0].Scale(-1.75f)),
        new("add", [Of(2, 3, 4), Of(2, 3, 4)], (_, x) => x[0].Add(x[1])),
        new("add itself", [Of(2, 3, 4)], (_, x) => x[0].Add(x[0])),
        new("add, repeated over images", [Of(2, 3, 4), Of(3, 4)], (_, x) => x[0].Add(x[1])),
        new("add, repeated over pixels", [Of(2, 3, 2, 5), Of(5)], (_, x) => x[0].Add(x[1])),
        new("add a number", [Of(2, 9), Of()], (_, x) => x[0].Add(x[1])),
        new("multiply", [Of(2, 3, 4), Of(2, 3, 4)], (_, x) => x[0].Multiply(x[1])),
        new("multiply by itself", [Of(2, 3, 4)], (_, x) => x[0].Multiply(x[0])),
        new("multiply, repeated over images", [Of(2, 3, 4), Of(3, 4)], (_, x) => x[0].Multiply(x[1])),
        new("multiply, repeated over pixels", [Of(2, 3, 2, 5), Of(5)], (_, x) => x[0].Multiply(x[1])),
        new("multiply by a number", [Of(2, 9), Of()], (_, x) => x[0].Multiply(x[1])),
        new("conv2d", [Of(2, 4, 5, 3), Of(3, 3, 3, 4)], (_, x) => x[0].Conv2d(x[1])),
        new("conv2d with bias and padding", [Of(2, 3, 4, 2), Of(3, 3, 2, 5), Of(5)], (_, x) => x[0].Conv2d(x[1], x[2], padding: 1)),
        new("conv2d with stride", [Of(2, 6, 5, 2), Of(3, 2, 2, 3), Of(3)], (_, x) => x[0].Conv2d(x[1], x[2], stride: 2, padding: 1)),
        new("conv2d, one pixel", [Of(1, 4, 3, 3), Of(1, 1, 3, 2)], (_, x) => x[0].Conv2d(x[1], stride: 2)),
        new("conv transpose", [Of(2, 3, 2, 3), Of(2, 2, 4, 3), Of(4)], (_, x) => x[0].ConvTranspose2d(x[1], x[2], stride: 2)),
        new("conv transpose with padding", [Of(1, 3, 4, 2), Of(4, 4, 3, 2), Of(3)], (_, x) => x[0].ConvTranspose2d(x[1], x[2], stride: 2, padding: 1)),
        new("conv transpose, stride 1", [Of(1, 3, 3, 2), Of(3, 3, 2, 2)], (_, x) => x[0].ConvTranspose2d(x[1], padding: 1)),
        new("linear", [Of(3, 7), Of(1, 1, 7, 4), Of(4)], (_, x) => x[0].Linear(x[1], x[2])),
        new("linear on images", [Of(2, 2, 3, 2), Of(1, 1, 12, 3)], (_, x) => x[0].Linear(x[1])),
        new("max pool", [Apart(2, 4, 6, 3)], (_, x) => x[0].MaxPool2d(2), Step: 0.05),
        new("max pool, overlapping", [Apart(1, 7, 5, 2)], (_, x) => x[0].MaxPool2d(3, stride: 2), Step: 0.05),
        new("max pool, padded and overlapping", [Apart(2, 6, 5, 2)], (_, x) => x[0].MaxPool2d(3, stride: 2, padding: 1), Step: 0.05),
        new("max pool, padded and dense", [Apart(1, 3, 4, 3)], (_, x) => x[0].MaxPool2d(5, stride: 1, padding: 2), Step: 0.05),
        new("average pool", [Of(2, 4, 6, 3)], (_, x) => x[0].AveragePool2d(2)),
        new("average pool, overlapping", [Of(1, 5, 5, 2)], (_, x) => x[0].AveragePool2d(3, stride: 2)),
        new("adaptive average pool, smaller", [Of(2, 8, 5, 3)], (_, x) => x[0].AdaptiveAveragePool2d(3, 2)),
        new("adaptive average pool, larger", [Of(1, 2, 3, 2)], (_, x) => x[0].AdaptiveAveragePool2d(7, 7)),
        new("upsample", [Of(2, 2, 3, 3)], (_, x) => x[0].UpsampleNearest2d(3)),
        new("pad", [Of(2, 3, 2, 3)], (_, x) => x[0].Pad2d(6, 5, 1, 2)),
        new("crop", [Of(2, 5, 4, 3)], (_, x) => x[0].Pad2d(3, 2, -1, -2)),
        new("crop and pad", [Of(1, 4, 3, 2)], (_, x) => x[0].Pad2d(3, 5, -2, 1)),
        new("concat", [Of(2, 2, 3, 3), Of(2, 2, 3, 5)], (_, x) => x[0].ConcatChannels(x[1])),
        new("concat with itself", [Of(2, 2, 3, 3)], (_, x) => x[0].ConcatChannels(x[0])),
        new("repeat batch", [Of(2, 3, 4)], (_, x) => x[0].RepeatBatch(3)),
        new("repeat batch once", [Of(2, 3)], (_, x) => x[0].RepeatBatch(1)),
        new("reshape", [Of(2, 3, 4)], (_, x) => x[0].Reshape(new Shape(4, 6))),
        new("batch norm in training", [Of(3, 2, 3, 4), Positive(4), Of(4)], BatchNorm, Step: 0.02),
        new("batch norm in inference", [Of(3, 2, 3, 4)], BatchNormInference),
        new("cross-entropy", [Of(4, 5)], CrossEntropy, Step: 0.05),
        new("cross-entropy, smoothed labels", [Of(4, 5)], (run, x) => SmoothedCrossEntropy(run, x, smoothing: 0.3f), Step: 0.05),
        new("cross-entropy, scaled", [Of(4, 5)], ScaledCrossEntropy, Step: 0.05),
        Frozen("frozen conv", sets: 1, hasFaults: false, hasScale: false, hasShift: false, hasResidual: false, relu: false),
        Frozen("frozen conv, all folded", sets: 1, hasFaults: false, hasScale: true, hasShift: true, hasResidual: true, relu: true),
        Frozen("frozen conv, sets", sets: 3, hasFaults: true, hasScale: false, hasShift: true, hasResidual: false, relu: false),
        Frozen("frozen conv, sets and all folded", sets: 2, hasFaults: true, hasScale: true, hasShift: true, hasResidual: true, relu: true),
        Frozen("frozen conv, residual without relu", sets: 2, hasFaults: true, hasScale: true, hasShift: false, hasResidual: true, relu: false),
        new("a small graph", [Of(2, 4, 4, 2), Of(3, 3, 2, 4), Of(4), Positive(4), Of(4), Of(1, 1, 16, 3), Of(3)], Graph, Step: 0.02),
    }.ToDictionary(@case => @case.Name);

    public static TheoryData<string> Names => [.. All.Keys];

    private static Tensor BatchNorm(OperationRun run, Tensor[] x)
    {
        Tensor mean = run.Constant(new Shape(4), TestData.Reals), variance = run.Constant(new Shape(4), TestData.Positives);
        return x[0].BatchNorm(x[1], x[2], mean, variance);
    }

    private static Tensor BatchNormInference(OperationRun run, Tensor[] x)
    {
        Tensor gamma = run.Constant(new Shape(4), TestData.Positives), beta = run.Constant(new Shape(4), TestData.Reals);
        return x[0].BatchNormInference(gamma, beta, beta, gamma);
    }

    private static Tensor CrossEntropy(OperationRun run, Tensor[] x) => SmoothedCrossEntropy(run, x, smoothing: 0);

    private static Tensor SmoothedCrossEntropy(OperationRun run, Tensor[] x, float smoothing)
    {
        Storage<int> labels = run.Own(run.Device.Allocate<int>([3, 0, 4, 3]));
        Storage<float> weights = run.Own(run.Device.Allocate<float>([0.25f, 1, 0, 3]));
        return x[0].SoftmaxCrossEntropy(labels, weights, smoothing);
    }

    private static Tensor ScaledCrossEntropy(OperationRun run, Tensor[] x)
    {
        using Tensor loss = CrossEntropy(run, x);
        return loss.Scale(-2);
    }

    /// <summary>All values are whole numbers or a quarter beside one, so that no ReLU is near its kink and no sum is rounded.</summary>
    private static OperationCase Frozen(string name, int sets, bool hasFaults, bool hasScale, bool hasShift, bool hasResidual, bool relu)
    {
        OperationInput images = Whole(6, 4, 3, 2), residual = Whole(6, 2, 2, 5);
        return new OperationCase(name, hasResidual ? [images, residual] : [images], Body, Step: relu ? 0.01 : 0.25);

        Tensor Body(OperationRun run, Tensor[] x)
        {
            var random = new Random(5);
            var shape = new Shape(3, 3, 2, 5);
            sbyte[] bytes = [.. Enumerable.Range(0, shape.Length).Select(_ => (sbyte)random.Next(-3, 4))];
            byte[] flips = [.. Enumerable.Range(0, sets * shape.Length).Select(_ => (byte)random.Next(0, relu ? 4 : 256))];
            QuantizedWeights weights = run.Own(new QuantizedWeights(shape, run.Device.Allocate<sbyte>(bytes), 0.5f, 8));
            Storage<byte>? faults = hasFaults ? run.Own(run.Device.Allocate<byte>(flips)) : null;
            Tensor? scale = hasScale ? run.Own(Tensor.From(run.Device, new Shape(5), [1, -1, 2, 1, -2])) : null;
            Tensor? shift = hasShift ? run.Own(Tensor.Full(run.Device, new Shape(5), 0.25f)) : null;
            return x[0].FrozenConv2d(weights, faults, sets, scale, shift, hasResidual ? x[1] : null, relu, stride: 2, padding: 1);
        }
    }

    private static Tensor Graph(OperationRun run, Tensor[] x)
    {
        using Tensor conv = x[0].Conv2d(x[1], x[2], padding: 1);
        Tensor mean = run.Constant(new Shape(4), TestData.Reals), variance = run.Constant(new Shape(4), TestData.Positives);
        using Tensor norm = conv.BatchNorm(x[3], x[4], mean, variance);
        using Tensor active = norm.Tanh();
        using Tensor sum = active.Add(conv);
        using Tensor pooled = sum.AveragePool2d(2);
        using Tensor logits = pooled.Linear(x[5], x[6]);
        Storage<int> labels = run.Own(run.Device.Allocate<int>([2, 0]));
        Storage<float> weights = run.Own(run.Device.Allocate<float>([0.5f, 0.5f]));
        return logits.SoftmaxCrossEntropy(labels, weights);
    }
}
