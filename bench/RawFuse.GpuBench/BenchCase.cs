using RawFuse.Kernels;

namespace RawFuse.GpuBench;

/// <summary>Something to do on a device.</summary>
/// <param name="Name">Unique among those of its command.</param>
/// <param name="Run">Does it. What it throws becomes the result's error.</param>
/// <param name="Limit">When it is taken to hang.</param>
internal sealed record BenchCase(string Name, Func<Device, CaseResult> Run, TimeSpan Limit);
