using RawFuse.Bench.Ratios.Eopm;

namespace RawFuse.Bench.Ratios.Memory;

/// <summary>Memory of an EOPM step: how much the process grows, and what the managed heap has to clean up.</summary>
internal static class MemoryCases
{
    private const double AllocationLimitKilobytes = 64;
    private const int WarmUpSteps = 2, Steps = 3;

    public static IEnumerable<RatioCase> All => [Growth("resnet18", "ConvL"), Growth("vgg11", "UNetL"), Allocation("resnet18", "ConvL")];

    private static RatioCase Growth(string baseModel, string generator)
    {
        string name = $"memory-eopm-{baseModel}-{generator.ToLowerInvariant()}";
        return new(name, threads =>
        {
            MemoryGrowth ours = MemoryProbe.Measure(baseModel, generator, MemoryProbe.RawFuse, threads);
            MemoryGrowth restructured = MemoryProbe.Measure(baseModel, generator, EopmProblem.Restructured, threads);
            MemoryGrowth reference = MemoryProbe.Measure(baseModel, generator, EopmProblem.Reference, threads);
            return RatioResult.Of(
                name, ours.Resident, restructured.Resident,
                $"MB, not ms: growth of the resident memory over networks and {MemoryProbe.Steps} steps, a process each; torch: equally restructured, channels_last; "
                + $"the reference's loop takes {reference.Resident:F0} MB, {reference.Resident / ours.Resident:F2} times RawFuse's; of RawFuse's pool {ours.PoolPeak:F0} MB are in use "
                + $"at most and {ours.PoolReserved:F0} MB reserved");
        });
    }

    private static RatioCase Allocation(string baseModel, string generator)
    {
        string name = $"allocation-eopm-{baseModel}-{generator.ToLowerInvariant()}";
        return new(name, threads =>
        {
            using var problem = new EopmProblem(baseModel, generator, threads);
            for (int i = 0; i < WarmUpSteps; i++) problem.Step();
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < Steps; i++) problem.Step();
            double kilobytes = (GC.GetTotalAllocatedBytes(precise: true) - before) / 1024.0 / Steps;
            return new RatioResult(
                name, kilobytes, null, AllocationLimitKilobytes / kilobytes,
                $"KB, not ms: managed memory that a step allocates; nothing of torch's beside it, the ratio is that of the limit, {AllocationLimitKilobytes} KB");
        });
    }
}
