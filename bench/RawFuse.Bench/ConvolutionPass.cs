using RawFuse.Kernels;

namespace RawFuse.Bench;

/// <summary>One pass of a convolution in two ways: as a kernel, and as the loop that its definition says.</summary>
internal sealed record ConvolutionPass(string Name, Action<CpuDevice, ConvolutionBuffers> Kernel, Action<Conv2dShape, float[], float[], float[]> Naive)
{
    public static readonly ConvolutionPass[] All =
    [
        new(
            "forward",
            (device, b) => device.Run<Conv2dForward, Conv2dForwardArgs>(new(b.Shape, b.Input, ConvWeights.OfFloats(b.Weights), b.Output)),
            NaiveConvolution.Forward),
        new(
            "input gradient",
            (device, b) => device.Run<Conv2dInputGradient, Conv2dInputGradientArgs>(new(b.Shape, b.Output, ConvWeights.OfFloats(b.Weights), b.Input)),
            NaiveConvolution.InputGradient),
        new(
            "weight gradient",
            (device, b) => device.Run<Conv2dWeightGradient, Conv2dWeightGradientArgs>(new(b.Shape, b.Input, b.Output, b.Weights)),
            NaiveConvolution.WeightGradient),
    ];
}
