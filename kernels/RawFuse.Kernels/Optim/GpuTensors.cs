using ILGPU;

namespace RawFuse.Kernels;

/// <summary>One parameter tensor of an optimizer's step on a GPU: what is updated, its gradient, and up to two tensors of the optimizer's state.</summary>
internal struct GpuTensor
{
    public ArrayView<float> Weights;
    public ArrayView<float> Gradient;
    public ArrayView<float> First;
    public ArrayView<float> Second;
    public int Count;

    /// <summary>Two factors of the tensor's own.</summary>
    public float Rate;
    public float Correction;

    /// <summary>Number of the launch's block that its first elements are in.</summary>
    public int FirstBlock;
}

/// <summary>
/// Up to 8 tensors in one launch: most parameters are small, and a launch takes longer than their update. A block of elements belongs to the last tensor that starts at it or before.
/// </summary>
internal struct GpuTensors
{
    /// <summary>Tensors in a launch.</summary>
    public const int Most = 8;

    /// <summary>Elements in a block: four for each of a group's threads.</summary>
    public const int BlockElements = 4 * GpuDevice.GroupSize;

    private GpuTensor t0, t1, t2, t3, t4, t5, t6, t7;

    /// <summary>Blocks of all tensors.</summary>
    public int Blocks { get; private set; }

    /// <summary>Adds a tensor.</summary>
    public void Set(int number, GpuTensor tensor)
    {
        tensor.FirstBlock = Blocks;
        Blocks += (tensor.Count + BlockElements - 1) / BlockElements;
        switch (number)
        {
            case 0: t0 = t1 = t2 = t3 = t4 = t5 = t6 = t7 = tensor; break;
            case 1: t1 = t2 = t3 = t4 = t5 = t6 = t7 = tensor; break;
            case 2: t2 = t3 = t4 = t5 = t6 = t7 = tensor; break;
            case 3: t3 = t4 = t5 = t6 = t7 = tensor; break;
            case 4: t4 = t5 = t6 = t7 = tensor; break;
            case 5: t5 = t6 = t7 = tensor; break;
            case 6: t6 = t7 = tensor; break;
            default: t7 = tensor; break;
        }
    }

    /// <summary>The tensor of a block.</summary>
    public readonly GpuTensor Of(int block)
    {
        GpuTensor found = t0;
        if (block >= t1.FirstBlock) found = t1;
        if (block >= t2.FirstBlock) found = t2;
        if (block >= t3.FirstBlock) found = t3;
        if (block >= t4.FirstBlock) found = t4;
        if (block >= t5.FirstBlock) found = t5;
        if (block >= t6.FirstBlock) found = t6;
        if (block >= t7.FirstBlock) found = t7;
        return found;
    }
}
