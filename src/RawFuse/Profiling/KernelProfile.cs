using System.Diagnostics;
using RawFuse.Kernels;

namespace RawFuse.Profiling;

/// <summary>
/// Collects what a device runs while it is its <see cref="Device.Listener"/>. Several threads may use the device; a phase holds the kernels of its own thread.
/// </summary>
public sealed class KernelProfile : IKernelListener
{
    private readonly List<(KernelRecord Record, int Thread)> kernels = [];
    private readonly List<(PhaseRecord Record, int Thread, long KernelTicks)> phases = [];
    private readonly Lock gate = new();

    /// <summary>The kernels, in the order of their ends.</summary>
    public IReadOnlyList<KernelRecord> Kernels
    {
        get
        {
            lock (gate) return [.. kernels.Select(kernel => kernel.Record)];
        }
    }

    /// <summary>Time of all kernels, in seconds.</summary>
    public double KernelSeconds
    {
        get
        {
            lock (gate) return Seconds(kernels.Sum(kernel => TicksOf(kernel.Record)));
        }
    }

    /// <inheritdoc/>
    public void OnKernel(in KernelRecord kernel)
    {
        lock (gate) kernels.Add((kernel, Environment.CurrentManagedThreadId));
    }

    /// <inheritdoc/>
    public void OnPhase(in PhaseRecord phase)
    {
        int thread = Environment.CurrentManagedThreadId;
        lock (gate)
        {
            // The kernels in it are the last ones of this thread.
            long ticks = 0;
            for (int i = kernels.Count - 1; i >= 0 && kernels[i].Record.Stop >= phase.Start; i--)
                if (kernels[i].Thread == thread && kernels[i].Record.Start >= phase.Start)
                    ticks += TicksOf(kernels[i].Record);
            phases.Add((phase, thread, ticks));
        }
    }

    /// <summary>Adds up the kernels.</summary>
    /// <param name="byDetail">Whether each size of a kernel is a line of its own.</param>
    /// <param name="limits">What the machine can do; null where that is unknown.</param>
    /// <returns>A line per kernel, or per kernel and size; the longest time comes first.</returns>
    public IReadOnlyList<KernelSummary> Summarize(bool byDetail, MachineLimits? limits)
    {
        lock (gate)
        {
            return
            [
                .. from kernel in kernels
                   group kernel.Record by (kernel.Record.Kernel, Detail: byDetail ? kernel.Record.Cost?.Detail : null) into same
                   let summary = SummaryOf(same.Key.Kernel, same.Key.Detail, [.. same], limits)
                   orderby summary.Seconds descending, summary.Kernel, summary.Detail
                   select summary,
            ];
        }
    }

    /// <summary>Adds up the phases.</summary>
    /// <returns>A line per name, in the order in which they first ended.</returns>
    public IReadOnlyList<PhaseSummary> SummarizePhases()
    {
        lock (gate)
        {
            return
            [
                .. from phase in phases
                   group phase by phase.Record.Name into same
                   select new PhaseSummary(
                       same.Key, same.Count(), Seconds(same.Sum(phase => phase.Record.Stop - phase.Record.Start)), Seconds(same.Sum(phase => phase.KernelTicks))),
            ];
        }
    }

    /// <summary>Everything that was collected, as a trace shows it: phases around their kernels, by thread.</summary>
    internal IReadOnlyList<TraceSlice> Slices()
    {
        lock (gate)
        {
            return
            [
                .. phases.Select(phase => new TraceSlice(phase.Record.Name, phase.Record.Start, phase.Record.Stop, phase.Thread, null, IsKernel: false)),
                .. kernels.Select(kernel => new TraceSlice(
                    kernel.Record.Kernel, kernel.Record.Start, kernel.Record.Stop, kernel.Thread, kernel.Record.Cost, IsKernel: true)),
            ];
        }
    }

    private static KernelSummary SummaryOf(string kernel, string? detail, KernelRecord[] runs, MachineLimits? limits)
    {
        long flops = runs.Sum(run => run.Cost?.Flops ?? 0), bytes = runs.Sum(run => run.Cost?.Bytes ?? 0);
        double? least = limits is null || bytes == 0 ? null : runs.Sum(run => run.Cost is { } cost ? limits.Seconds(cost.Flops, cost.Bytes) : 0);
        return new KernelSummary(kernel, detail, runs.Length, Seconds(runs.Sum(TicksOf)), flops, bytes, least);
    }

    private static long TicksOf(KernelRecord record) => record.Stop - record.Start;

    private static double Seconds(long ticks) => (double)ticks / Stopwatch.Frequency;
}
