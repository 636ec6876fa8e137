namespace RawFuse.Kernels;

/// <summary>One run of a kernel.</summary>
/// <param name="Kernel">The kernel's name, such as <c>Conv2dForward</c> or <c>Map&lt;Relu&gt;</c>.</param>
/// <param name="Start">When it began, as <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/> counts.</param>
/// <param name="Stop">When it was done.</param>
/// <param name="Cost">What it costs by arithmetic, or null where its arguments do not say.</param>
public readonly record struct KernelRecord(string Kernel, long Start, long Stop, KernelCost? Cost);
