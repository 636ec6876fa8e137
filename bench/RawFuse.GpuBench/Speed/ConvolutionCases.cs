using RawFuse.Kernels;
using RawFuse.NeuralFuse.BaseModels;

namespace RawFuse.GpuBench.Speed;

/// <summary>Every distinct 3x3 convolution of ResNet18 at 275 images, a batch of 25 on 11 sets of weights, in its three passes.</summary>
internal static class ConvolutionCases
{
    public static readonly string[] Passes = ["forward", "input-gradient", "weight-gradient"];

    private const int Images = 275;

    public static IEnumerable<SpeedCases.SpeedCase> All =>
        from precision in SpeedCases.ConvolutionPrecisions
        from pass in Passes
        from layer in Layers()
        select new SpeedCases.SpeedCase($"{Family(pass, precision)}-{layer.Name}", precision, (device, isToy) => Pass(device, pass, isToy ? Toy(layer.Shape) : layer.Shape));

    /// <summary>What the names of a pass's cases begin with; the layer follows.</summary>
    public static string Family(string pass, MatrixPrecision precision) => $"conv-{pass}-{SpeedCases.NameOf(precision)}";

    /// <summary>Layers by input channels, output channels, image size and, if it is not 1, stride. bench/gpu_torch.py has the same list.</summary>
    public static IEnumerable<(string Name, Conv2dShape Shape)> Layers() =>
        from shape in (from layer in BaseModel.Define("resnet18", classes: 10).Layers.OfType<ConvLayer>()
                       let size = layer.Inputs[0].Height
                       let w = layer.Weight.Shape
                       where w[0] == 3
                       select new Conv2dShape(Images, size, size, w[2], w[3], w[0], w[1], layer.Stride, layer.Padding)).Distinct()
        select ($"{shape.InChannels}-{shape.OutChannels}-{shape.InHeight}{(shape.Stride == 1 ? "" : $"-stride{shape.Stride}")}", shape);

    /// <summary>The same layer with few channels and pixels.</summary>
    private static Conv2dShape Toy(Conv2dShape s) =>
        new(1, 4, 4, Math.Min(s.InChannels, 8), Math.Min(s.OutChannels, 8), s.KernelHeight, s.KernelWidth, s.Stride, s.Padding);

    private static Work Pass(Device device, string pass, Conv2dShape shape)
    {
        var buffers = new Buffers(device);
        Storage<float> input = buffers.Reals(shape.InputLength), weights = buffers.Reals(shape.WeightLength), output = buffers.Reals(shape.OutputLength);
        return pass switch
        {
            "forward" => Work.Of<Conv2dForward, Conv2dForwardArgs>(device, new(shape, input, ConvWeights.OfFloats(weights), output), buffers.All),
            "input-gradient" => Work.Of<Conv2dInputGradient, Conv2dInputGradientArgs>(device, new(shape, output, ConvWeights.OfFloats(weights), input), buffers.All),
            _ => Work.Of<Conv2dWeightGradient, Conv2dWeightGradientArgs>(device, new(shape, input, output, weights), buffers.All),
        };
    }
}
