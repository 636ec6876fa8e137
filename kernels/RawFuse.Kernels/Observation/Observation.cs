namespace RawFuse.Kernels;

/// <summary>A kernel or a phase that somebody observed.</summary>
/// <param name="Name">The kernel's or the phase's.</param>
/// <param name="IsKernel">Whether it is a kernel.</param>
/// <param name="Cost">What a kernel costs by arithmetic, or null.</param>
/// <param name="Start">When it began.</param>
/// <param name="Stop">When it was done.</param>
/// <param name="Listener">Who listened to the device then; null for nobody.</param>
internal readonly record struct Observation(string Name, bool IsKernel, KernelCost? Cost, Moment Start, Moment Stop, IKernelListener? Listener)
{
    /// <summary>Tells everyone, once the times are known.</summary>
    public void Report()
    {
        if (IsKernel)
        {
            var kernel = new KernelRecord(Name, Start.Timestamp, Stop.Timestamp, Cost);
            Listener?.OnKernel(in kernel);
            KernelEvents.Report(in kernel);
            KernelMeter.Report(in kernel);
        }
        else
        {
            var phase = new PhaseRecord(Name, Start.Timestamp, Stop.Timestamp);
            Listener?.OnPhase(in phase);
            KernelEvents.Report(in phase);
        }
    }
}
