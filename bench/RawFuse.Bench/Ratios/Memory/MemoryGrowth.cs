namespace RawFuse.Bench.Ratios.Memory;

/// <summary>How much memory two EOPM steps took, networks and optimizer included, in MB (2^20 bytes).</summary>
/// <param name="Resident">By how much the process grew at most.</param>
/// <param name="PoolPeak">The most that was in use at once of the device's pool; 0 for torch, which has none.</param>
/// <param name="PoolReserved">What the pool took from the system; 0 for torch.</param>
internal sealed record MemoryGrowth(double Resident, double PoolPeak, double PoolReserved);
