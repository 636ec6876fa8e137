using RawFuse.Bench.Ratios.Torch;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.BaseModels;
using RawFuse.Parity;

namespace RawFuse.Bench.Ratios.Convolution;

/// <summary>Every distinct convolution of ResNet18 and VGG16 for images of 32x32 pixels, alone.</summary>
internal static class ConvolutionCases
{
    private const double Seconds = 0.7;

    private static readonly (ConvolutionKind Kind, string Name)[] Passes =
    [
        (ConvolutionKind.Forward, "conv-forward"), (ConvolutionKind.InputGradient, "conv-input-gradient"), (ConvolutionKind.WeightGradient, "conv-weight-gradient"),
    ];

    /// <summary>What the cases' names begin with; the table ends with the geometric mean of each.</summary>
    public static IEnumerable<string> Families => Passes.Select(pass => pass.Name);

    public static IEnumerable<RatioCase> All =>
        from pass in Passes
        from images in new[] { 25, 100 }
        from layer in Layers(images)
        select new RatioCase($"{pass.Name}-{layer.Name}-b{images}", threads => Measure($"{pass.Name}-{layer.Name}-b{images}", pass.Kind, layer.Shape, threads));

    /// <summary>Layers under the name of the first network that has them: input channels, filters, image size, and what is not 3x3 or stride 1.</summary>
    private static IEnumerable<(string Name, Conv2dShape Shape)> Layers(int images)
    {
        var seen = new HashSet<Conv2dShape>();
        foreach (string network in new[] { "resnet18", "vgg16" })
        {
            foreach (ConvLayer layer in BaseModel.Define(network, classes: 10).Layers.OfType<ConvLayer>())
            {
                Node from = layer.Inputs[0];
                Shape w = layer.Weight.Shape;
                var shape = new Conv2dShape(images, from.Height, from.Width, w[2], w[3], w[0], w[1], layer.Stride, layer.Padding);
                string form = $"{(w[0] == 3 ? "" : $"-{w[0]}x{w[1]}")}{(layer.Stride == 1 ? "" : $"-stride{layer.Stride}")}";
                if (seen.Add(shape)) yield return ($"{network}-{w[2]}-{w[3]}-{from.Height}{form}", shape);
            }
        }
    }

    private static RatioResult Measure(string name, ConvolutionKind kind, Conv2dShape shape, int threads)
    {
        using var device = new CpuDevice(threads);
        using var buffers = new ConvolutionBuffers(device, shape);
        ConvolutionPass pass = ConvolutionPass.All[(int)kind];
        using TorchConvolution theirs = FasterLayout.Of(format => new TorchConvolution(buffers, kind, format), candidate => candidate.Run());

        pass.Kernel(device, buffers);
        Storage<float> result = new[] { buffers.Output, buffers.Input, buffers.Weights }[(int)kind];
        Agreement.Sum.Check(name, result.ToArray(), Libtorch.Run(theirs.Result));
        (double ours, double their) = SideBySide.Milliseconds(() => pass.Kernel(device, buffers), () => theirs.Run(), Seconds);
        return RatioResult.Of(name, ours, their, $"torch: {theirs.Format.Word()}");
    }
}
