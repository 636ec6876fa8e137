using TorchSharp;

namespace RawFuse.Bench.Ratios.Torch;

/// <summary>What a <see cref="TorchGraph"/> runs on.</summary>
internal interface ITorchParameters
{
    /// <summary>Weights in PyTorch's shape, and the bias or null.</summary>
    (torch.Tensor Weight, torch.Tensor? Bias) Of(WeightLayer layer);

    /// <summary>Applies a batch normalization; returns x itself where it is folded into the weights before it.</summary>
    torch.Tensor Normalize(BatchNormLayer layer, torch.Tensor x);
}
