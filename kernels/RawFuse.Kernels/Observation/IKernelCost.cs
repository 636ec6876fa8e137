namespace RawFuse.Kernels;

/// <summary>Arguments that know what they cost. A kernel whose arguments do not is observed by its time alone.</summary>
public interface IKernelCost
{
    /// <summary>What a run of the kernel with these arguments costs.</summary>
    KernelCost Cost { get; }
}
