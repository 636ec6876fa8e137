using RawFuse.Kernels;

namespace RawFuse.Profiling;

/// <summary>A stretch of time on a thread of a trace.</summary>
internal readonly record struct TraceSlice(string Name, long Start, long Stop, int Thread, KernelCost? Cost, bool IsKernel);
