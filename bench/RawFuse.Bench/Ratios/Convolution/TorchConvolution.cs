using RawFuse.Bench.Ratios.Torch;
using RawFuse.Kernels;
using TorchSharp;

namespace RawFuse.Bench.Ratios.Convolution;

/// <summary>One pass of a convolution in torch, on the numbers of our buffers.</summary>
internal sealed class TorchConvolution : IDisposable
{
    private readonly TensorKeeper keeper = new();
    private readonly torch.Tensor input, weights, outputGradient;
    private readonly torch.Tensor? output;
    private readonly ConvolutionKind kind;
    private readonly long[] stride, padding;

    /// <summary>Prepares a pass; for a gradient that includes the forward pass, whose graph is kept.</summary>
    /// <param name="buffers">Input, weights and output; a gradient pass takes the output for that of the output.</param>
    /// <param name="kind">Which pass.</param>
    /// <param name="format">Layout of images and weights.</param>
    public TorchConvolution(ConvolutionBuffers buffers, ConvolutionKind kind, MemoryFormat format)
    {
        Conv2dShape s = buffers.Shape;
        this.kind = kind;
        Format = format;
        (stride, padding) = ([s.Stride, s.Stride], [s.Padding, s.Padding]);
        input = keeper.Make(() => TorchData.Images(buffers.Input.ToArray(), new Shape(s.Images, s.InHeight, s.InWidth, s.InChannels), format));
        outputGradient = keeper.Make(() => TorchData.Images(buffers.Output.ToArray(), new Shape(s.Images, s.OutHeight, s.OutWidth, s.OutChannels), format));
        weights = keeper.Make(() =>
            torch.tensor(buffers.Weights.ToArray(), [s.KernelHeight, s.KernelWidth, s.InChannels, s.OutChannels]).permute(3, 2, 0, 1).In(format));
        if (kind == ConvolutionKind.Forward) return;
        output = keeper.Make(() =>
        {
            Wanted.requires_grad_(true);
            return Forward();
        });
    }

    public MemoryFormat Format { get; }

    private torch.Tensor Wanted => kind == ConvolutionKind.InputGradient ? input : weights;

    /// <summary>Computes the pass; the caller's scope frees the result.</summary>
    public torch.Tensor Run()
    {
        if (kind != ConvolutionKind.Forward) return torch.autograd.grad([output!], [Wanted], [outputGradient], retain_graph: true)[0];
        using (torch.no_grad()) return Forward();
    }

    /// <summary>What the pass computes, in RawFuse's order.</summary>
    public float[] Result() => kind == ConvolutionKind.WeightGradient ? Run().permute(2, 3, 1, 0).Values() : Run().NhwcValues();

    public void Dispose() => keeper.Dispose();

    private torch.Tensor Forward() => torch.nn.functional.conv2d(input, weights, null, stride, padding);
}
