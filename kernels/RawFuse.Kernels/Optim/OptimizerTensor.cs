using ILGPU;

namespace RawFuse.Kernels;

/// <summary>One parameter tensor of an optimizer's step on a GPU: what is updated, its gradient, and up to two tensors of the optimizer's state.</summary>
internal struct OptimizerTensor : IGpuTensor
{
    public ArrayView<float> Weights;
    public ArrayView<float> Gradient;
    public ArrayView<float> First;
    public ArrayView<float> Second;

    /// <summary>Two factors of the tensor's own.</summary>
    public float Rate;
    public float Correction;

    public int Count { get; init; }

    public int FirstBlock { get; set; }
}
