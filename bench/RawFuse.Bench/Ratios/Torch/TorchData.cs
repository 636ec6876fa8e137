using TorchSharp;

namespace RawFuse.Bench.Ratios.Torch;

/// <summary>Our arrays as torch tensors, and back.</summary>
internal static class TorchData
{
    /// <summary>Images [N, H, W, C] as a tensor [N, C, H, W].</summary>
    public static torch.Tensor Images(float[] nhwc, Shape shape, MemoryFormat format) => torch.tensor(nhwc, Sizes(shape)).permute(0, 3, 1, 2).In(format);

    /// <summary>Class numbers.</summary>
    public static torch.Tensor Labels(IEnumerable<int> labels) => torch.tensor([.. labels.Select(label => (long)label)], torch.ScalarType.Int64);

    /// <summary>A stored tensor of a network, whose values are in PyTorch's order.</summary>
    public static torch.Tensor Stored(ParameterSpec parameter, float[] values, MemoryFormat format) =>
        torch.tensor(values, Sizes(parameter.FileShape)).In(format);

    /// <summary>Sizes as torch takes them.</summary>
    public static long[] Sizes(Shape shape) => [.. shape.ToArray().Select(size => (long)size)];

    /// <summary>All values in the order of the dimensions, whatever the layout.</summary>
    public static float[] Values(this torch.Tensor tensor) => tensor.detach().to(torch.ScalarType.Float32).contiguous().data<float>().ToArray();

    /// <summary>All values of images [N, C, H, W] in the order [N, H, W, C].</summary>
    public static float[] NhwcValues(this torch.Tensor tensor) => tensor.permute(0, 2, 3, 1).Values();
}
