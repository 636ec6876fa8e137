using RawFuse.Kernels;

namespace RawFuse.Tests.Profiling;

/// <summary>Writes down what a device tells it.</summary>
internal sealed class RecordingListener : IKernelListener
{
    public List<KernelRecord> Kernels { get; } = [];

    public List<PhaseRecord> Phases { get; } = [];

    public void OnKernel(in KernelRecord kernel) => Kernels.Add(kernel);

    public void OnPhase(in PhaseRecord phase) => Phases.Add(phase);
}
