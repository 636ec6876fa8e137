namespace RawFuse.Kernels;

/// <summary>A named stretch of work on a device, such as a training step's backward pass. Phases may contain others.</summary>
/// <param name="Name">What is done in it.</param>
/// <param name="Start">When it began, as <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/> counts.</param>
/// <param name="Stop">When it was done.</param>
public readonly record struct PhaseRecord(string Name, long Start, long Stop);
