using TorchSharp;

namespace RawFuse.Parity;

/// <summary>Our layouts as libtorch wants them. Gradients flow through and come out in ours.</summary>
internal static class TorchLayout
{
    /// <summary>[N, H, W, C] to [N, C, H, W].</summary>
    public static torch.Tensor Nchw(this torch.Tensor x) => x.permute(0, 3, 1, 2);

    /// <summary>[N, C, H, W] to [N, H, W, C].</summary>
    public static torch.Tensor Nhwc(this torch.Tensor x) => x.permute(0, 2, 3, 1);

    /// <summary>[kernel height, kernel width, in, out] to [out, in, kernel height, kernel width]; a copy, as weight gradients of views are refused.</summary>
    public static torch.Tensor Oihw(this torch.Tensor x) => x.permute(3, 2, 0, 1).contiguous();
}
