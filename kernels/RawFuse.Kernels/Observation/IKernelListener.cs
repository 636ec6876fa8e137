namespace RawFuse.Kernels;

/// <summary>
/// Is told what a <see cref="Device"/> runs, in the order in which it ended. A CPU tells at once, on the thread that ran it. A GPU, which runs on its own, is not made to wait: it tells what ran
/// while this listened at the next <see cref="Device.Synchronize"/> or <see cref="Device.Download"/>, on the thread that calls it, with times measured on the GPU and set on the host's clock.
/// </summary>
public interface IKernelListener
{
    /// <summary>A kernel is done.</summary>
    void OnKernel(in KernelRecord kernel);

    /// <summary>A phase is over; the kernels in it were reported before.</summary>
    void OnPhase(in PhaseRecord phase);
}
