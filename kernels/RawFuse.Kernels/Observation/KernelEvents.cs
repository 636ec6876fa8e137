using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Tracing;

namespace RawFuse.Kernels;

/// <summary>Kernels and phases as events of the source <c>RawFuse-Kernels</c>, for <c>dotnet-trace</c> and every other <see cref="EventListener"/>.</summary>
[EventSource(Name = "RawFuse-Kernels")]
internal sealed class KernelEvents : EventSource
{
    private static readonly KernelEvents Log = new();

    private KernelEvents()
    {
    }

    /// <summary>Whether anyone listens.</summary>
    public static bool IsOn => IsSupported && Log.IsEnabled();

    /// <summary>
    /// Whether the program has event sources at all: a constant false in one that is trimmed without them (<c>EventSourceSupport</c>, off for NativeAOT unless
    /// asked for), which removes all of this.
    /// </summary>
    [FeatureSwitchDefinition("System.Diagnostics.Tracing.EventSource.IsSupported")]
    private static bool IsSupported { get; } =
        !AppContext.TryGetSwitch("System.Diagnostics.Tracing.EventSource.IsSupported", out bool isSupported) || isSupported;

    public static void Report(in KernelRecord kernel)
    {
        if (!IsOn) return;
        KernelCost cost = kernel.Cost ?? new KernelCost(0, 0, "");
        Log.KernelDone(kernel.Kernel, cost.Detail, MicrosecondsOf(kernel.Start, kernel.Stop), cost.Flops, cost.Bytes);
    }

    public static void Report(in PhaseRecord phase)
    {
        if (IsOn) Log.PhaseDone(phase.Name, MicrosecondsOf(phase.Start, phase.Stop));
    }

    private static double MicrosecondsOf(long start, long stop) => Stopwatch.GetElapsedTime(start, stop).TotalMicroseconds;

    [Event(1, Level = EventLevel.Informational)]
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Strings and numbers need no reflection.")]
    private void KernelDone(string kernel, string detail, double microseconds, long flops, long bytes) =>
        WriteEvent(1, kernel, detail, microseconds, flops, bytes);

    [Event(2, Level = EventLevel.Informational)]
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Strings and numbers need no reflection.")]
    private void PhaseDone(string phase, double microseconds) => WriteEvent(2, phase, microseconds);
}
