namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>
/// The rows of a plan, in a fixed order: grid by grid and, within a grid, by base model, generator, bit error rate of training, lambda, N, seed, target (the
/// generator's own base model first), bits and bit error rate of evaluation, the last varying fastest. A row that several grids name is there once, where it is named first.
/// </summary>
public static class CampaignExpansion
{
    /// <summary>All rows.</summary>
    public static IReadOnlyList<CampaignRow> Rows(CampaignPlan plan) =>
        [.. plan.Grids.SelectMany(grid => Generators(plan, grid).SelectMany(generator => Evaluations(plan, grid, generator))).DistinctBy(row => row.Id)];

    /// <summary>The base models that rows need and that are to be trained, in the order they are needed.</summary>
    public static IReadOnlyList<BaseJob> BasesToTrain(IEnumerable<CampaignRow> rows) =>
        [.. rows.SelectMany(row => (BaseJob[])[row.Generator.Base, row.Target]).Where(job => job.File is null).DistinctBy(job => job.Id)];

    /// <summary>The generators that rows need, in the order they are needed.</summary>
    public static IReadOnlyList<GeneratorJob> GeneratorsToTrain(IEnumerable<CampaignRow> rows) =>
        [.. rows.Select(row => row.Generator).DistinctBy(job => job.Id)];

    private static IEnumerable<GeneratorJob> Generators(CampaignPlan plan, GridPlan grid) =>
        from source in grid.Bases
        from generator in grid.Generators
        from trainBer in grid.TrainBer
        from lambda in grid.Lambda
        from chips in grid.Chips
        from seed in grid.Seeds
        select new GeneratorJob(
            source, new GeneratorSetting(generator, source.Setting, plan.Dataset, plan.Faults, trainBer, lambda, chips, seed, plan.GeneratorTraining));

    private static IEnumerable<CampaignRow> Evaluations(CampaignPlan plan, GridPlan grid, GeneratorJob generator) =>
        from target in grid.Targets.Prepend(generator.Base)
        from bits in grid.Bits
        from evalBer in grid.EvalBer ?? [generator.Setting.TrainBer]
        select new CampaignRow(generator, target, new RowSetting(generator.Setting, target.Setting, bits, evalBer, plan.Evaluation));
}
