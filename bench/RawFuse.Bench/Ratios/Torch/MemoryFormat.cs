using TorchSharp;

namespace RawFuse.Bench.Ratios.Torch;

/// <summary>How torch lays out images and kernels. oneDNN is faster in one for some sizes and in the other for others.</summary>
internal enum MemoryFormat
{
    /// <summary>NCHW and OIHW, torch's own.</summary>
    Contiguous,

    /// <summary>NHWC and OHWI in memory, under the same order of dimensions.</summary>
    ChannelsLast,
}

/// <summary>Puts tensors into a layout.</summary>
internal static class MemoryFormats
{
    public static readonly MemoryFormat[] All = [MemoryFormat.ChannelsLast, MemoryFormat.Contiguous];

    /// <summary>The name in torch's own words.</summary>
    public static string Word(this MemoryFormat format) => format == MemoryFormat.ChannelsLast ? "channels_last" : "contiguous";

    /// <summary>The same tensor in a layout; one without four dimensions becomes contiguous.</summary>
    public static torch.Tensor In(this torch.Tensor x, MemoryFormat format) =>
        format == MemoryFormat.ChannelsLast && x.dim() == 4 ? x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : x.contiguous();
}
