using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Evaluation;
using RawFuse.NeuralFuse.Generators;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>
/// Our results at the points of the paper's tables. Rows that differ in nothing but the seed of training are one point, over the chips of all of them. Of rows that
/// differ in N, which is 10 in the paper, those of the largest count; of those that differ in something else no table varies (epochs, mapping, evaluation) the last ones.
/// </summary>
internal static class MeasuredEntries
{
    /// <summary>What all of the tables are about.</summary>
    private const string Dataset = "cifar10", Faults = "stuck-at";

    private const int Classes = 10;

    /// <summary>Turns results into entries.</summary>
    /// <param name="rows">Results, each row once.</param>
    /// <param name="others">Rows that no table can show, or that later ones replace.</param>
    public static IReadOnlyList<TableEntry> Of(IReadOnlyList<RowResult> rows, out int others)
    {
        RowResult[][] points =
        [
            .. rows
                .Where(row => row.Setting.Generator is { Dataset: Dataset, Faults.Model: Faults })
                .OrderBy(row => row.Setting.Generator.Chips)
                .GroupBy(PointOf)
                .Select(point => point.GroupBy(WithoutSeed).Last().ToArray()),
        ];
        others = rows.Count - points.Sum(point => point.Length);
        return [.. points.Select(point => new TableEntry(PointOf(point[0]), NumbersOf(point)))];
    }

    /// <summary>What follows from the models' shapes alone: the energy saving of every pair in a table of it.</summary>
    /// <param name="table">Entries of the table.</param>
    public static IEnumerable<TableEntry> Energy(IEnumerable<TableEntry> table) => table.Select(entry => new TableEntry(
        entry.Point, new Dictionary<Quantity, TableNumber>
        {
            [Quantity.EnergySaving] = new((decimal)EnergyRecord.Of(
                BaseModel.Define(entry.Point.Target, Classes), Generator.Define(entry.Point.Generator), entry.Point.Ber).EnergySavingPercent),
        }));

    private static TablePoint PointOf(RowResult row)
    {
        GeneratorSetting generator = row.Setting.Generator;
        return new TablePoint(
            PaperTables.NameOf(generator.Base.Architecture), PaperTables.NameOf(row.Setting.Target.Architecture), generator.Generator, generator.TrainBer,
            row.Setting.EvalBer, row.Setting.Bits, generator.Lambda);
    }

    private static RowSetting WithoutSeed(RowResult row) => row.Setting with { Generator = row.Setting.Generator with { Seed = 0 } };

    private static Dictionary<Quantity, TableNumber> NumbersOf(RowResult[] rows)
    {
        AccuracyStatistics recovery = Pool(rows, row => row.RecoveryPerChip);
        double millions = Generator.Define(rows[0].Setting.Generator.Generator).ParameterCount / 1e6;
        return new()
        {
            [Quantity.Clean] = Mean(rows.Average(row => row.CleanAccuracy)),
            [Quantity.Perturbed] = WithDeviation(Pool(rows, row => row.PerturbedAccuracy)),
            [Quantity.CleanWithFuse] = Mean(rows.Average(row => row.WithFuse.CleanAccuracy)),
            [Quantity.PerturbedWithFuse] = WithDeviation(Pool(rows, row => row.WithFuse.PerturbedAccuracy)),
            [Quantity.Recovery] = Mean(recovery.Mean),
            [Quantity.Efficiency] = Mean(recovery.Mean / millions),
        };
    }

    private static AccuracyStatistics Pool(RowResult[] rows, Func<RowResult, PerturbedJson> of) => new([.. rows.SelectMany(row => of(row).PerChip)]);

    private static TableNumber Mean(double value) => new((decimal)value);

    private static TableNumber WithDeviation(AccuracyStatistics statistics) => new((decimal)statistics.Mean, (decimal)statistics.StandardDeviation);
}
