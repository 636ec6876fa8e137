using RawFuse.Bench.Ratios.Eopm;

namespace RawFuse.Bench.Ratios.Memory;

/// <summary>Memory of an EOPM step: how much the process grows, and what the managed heap has to clean up.</summary>
internal static class MemoryCases
{
    private const double AllocationLimitKilobytes = 64;
    private const int WarmUpSteps = 2, Steps = 3;

    public static IEnumerable<RatioCase> All =>
    [
        Growth("resnet18", "ConvL", EopmProblem.Restructured, "equally restructured"),
        Growth("resnet18", "ConvL", EopmProblem.Reference, "the reference's loop", $"-{EopmProblem.Reference}"),
        Growth("vgg11", "UNetL", EopmProblem.Restructured, "equally restructured"),
        Growth("vgg11", "UNetL", EopmProblem.Reference, "the reference's loop", $"-{EopmProblem.Reference}"),
        Allocation("resnet18", "ConvL"),
    ];

    private static RatioCase Growth(string baseModel, string generator, string way, string words, string suffix = "")
    {
        string name = $"memory-eopm-{baseModel}-{generator.ToLowerInvariant()}{suffix}";
        return new(name, threads =>
        {
            MemoryGrowth ours = MemoryProbe.Measure(baseModel, generator, MemoryProbe.RawFuse, threads);
            MemoryGrowth theirs = MemoryProbe.Measure(baseModel, generator, way, threads);
            return RatioResult.Of(
                name, ours.Resident, theirs.Resident,
                $"MB, not ms: growth of the resident memory over networks and {MemoryProbe.Steps} steps, a process each; torch: {words}, channels_last; of RawFuse's pool "
                + $"{ours.PoolPeak:F0} MB are in use at most and {ours.PoolReserved:F0} MB reserved");
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
