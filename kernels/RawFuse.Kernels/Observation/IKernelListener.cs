namespace RawFuse.Kernels;

/// <summary>
/// Is told what a <see cref="Device"/> runs, on the thread that ran it. While one listens, a GPU is waited for after every kernel, so that times are those of
/// the kernels and not of their launches.
/// </summary>
public interface IKernelListener
{
    /// <summary>A kernel is done.</summary>
    void OnKernel(in KernelRecord kernel);

    /// <summary>A phase is over; the kernels in it were reported before.</summary>
    void OnPhase(in PhaseRecord phase);
}
