using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Launches over several tensors: most are small, and a launch takes longer than what is done to them. A launch's groups have a block of elements each, which belongs to the last
/// tensor that starts at it or before.
/// </summary>
internal static class GpuTensors
{
    /// <summary>Tensors in a launch.</summary>
    public const int Most = 8;

    /// <summary>Elements in a block: four for each of a group's threads.</summary>
    public const int BlockElements = 4 * GpuDevice.GroupSize;

    /// <summary>Inside a kernel: the first of the four elements of a thread.</summary>
    public static int FirstOfThread<TTensor>(TTensor tensor)
        where TTensor : struct, IGpuTensor => ((Grid.IdxX - tensor.FirstBlock) * BlockElements) + (4 * Group.IdxX);
}

/// <summary>Up to 8 tensors of a launch.</summary>
internal struct GpuTensors<TTensor>
    where TTensor : struct, IGpuTensor
{
    private TTensor t0, t1, t2, t3, t4, t5, t6, t7;

    /// <summary>Blocks of all tensors.</summary>
    public int Blocks { get; private set; }

    /// <summary>Adds a tensor.</summary>
    public void Set(int number, TTensor tensor)
    {
        tensor.FirstBlock = Blocks;
        Blocks += (tensor.Count + GpuTensors.BlockElements - 1) / GpuTensors.BlockElements;
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
    public readonly TTensor Of(int block)
    {
        TTensor found = t0;
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
