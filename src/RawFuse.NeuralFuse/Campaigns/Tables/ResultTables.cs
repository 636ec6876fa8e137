using System.Globalization;
using RawFuse.NeuralFuse.Evaluation;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>Makes tables of results.</summary>
public static class ResultTables
{
    /// <summary>Numbers of the paper's tables that <see cref="Paper"/> makes.</summary>
    public static IReadOnlyList<int> Numbers => PaperTables.Numbers;

    /// <summary>Drops all but the last of rows that are there several times, as in files of shards or of runs that were repeated.</summary>
    public static IReadOnlyList<RowResult> Distinct(IEnumerable<RowResult> rows)
    {
        var last = new OrderedDictionary<string, RowResult>();
        foreach (RowResult row in rows) last[row.Id] = row;
        return [.. last.Values];
    }

    /// <summary>A line for every row: a point of the trade-off between energy and accuracy.</summary>
    public static ResultTable List(IReadOnlyList<RowResult> rows) => new(
        null, "Results, in percent; perturbed accuracies are mean ± population standard deviation over the chips",
        ["base", "generator", "trained at", "BER", "bits", "lambda", "N", "seed"], ["CA", "PA", "CA(NF)", "PA(NF)", "RP", "ES", "MAC-ES"], [.. rows.Select(Line)]);

    /// <summary>
    /// One of the paper's tables, in its form: for the base models (and generators, where they are rows) that there are results of, or whole without any. Results of other
    /// data sets or fault models than the table's are left out, of several N the largest counts; seeds are taken together.
    /// </summary>
    /// <param name="number">One of <see cref="Numbers"/>.</param>
    /// <param name="rows">Results, each row once; may be none.</param>
    /// <param name="others">Number of rows that are in none of the paper's tables for what they are, or that later rows of another setting replace.</param>
    /// <exception cref="ArgumentException">There is no such table.</exception>
    public static ResultTable Paper(int number, IReadOnlyList<RowResult> rows, out int others)
    {
        if (!TableLayouts.All.TryGetValue(number, out TableLayout? layout))
            throw new ArgumentException($"There is no table {number} here; known are {string.Join(", ", Numbers)}.", nameof(number));
        IReadOnlyList<TableEntry> paper = PaperTables.Of(number), measured = MeasuredEntries.Of(rows, out others);
        bool hasGeneratorRows = layout.KeyOf(paper[0].Point).Contains(paper[0].Point.Generator);
        IEnumerable<TableEntry> shown = rows.Count == 0 ? paper : paper.Where(IsMeasured);
        IReadOnlyList<TableEntry> ours = [.. measured, .. MeasuredEntries.Energy(paper.Where(entry => entry.Numbers.ContainsKey(Quantity.EnergySaving)))];
        TablePoint[] points =
        [
            .. shown.Concat(measured.Where(entry => layout.Fits(entry.Point)))
                .Select(entry => entry.Point).DistinctBy(point => string.Join('\n', layout.KeyOf(point))),
        ];

        // What the paper does not have stands behind what it has of the same base model.
        string[] bases = [.. points.Select(point => layout.KeyOf(point)[0]).Distinct()];
        return new ResultTable(
            number, layout.Title, layout.Keys, [.. layout.Columns.Select(column => column.Head)],
            [.. points.OrderBy(point => Array.IndexOf(bases, layout.KeyOf(point)[0])).Select(Row)]);

        bool IsMeasured(TableEntry entry) => measured.Any(one =>
            (one.Point.Source, one.Point.Target) == (entry.Point.Source, entry.Point.Target) && (!hasGeneratorRows || one.Point.Generator == entry.Point.Generator));

        ResultRow Row(TablePoint point) => new(layout.KeyOf(point), [.. layout.Columns.Select(column => Cell(column.At(point), column.Quantity))]);

        ResultCell Cell(TablePoint point, Quantity quantity) =>
            new(TableEntry.Find(ours, point, quantity), TableEntry.Find(paper, point, quantity), IsCompared: true);
    }

    private static ResultRow Line(RowResult row)
    {
        (RowSetting setting, GeneratorSetting generator) = (row.Setting, row.Setting.Generator);
        return new ResultRow(
            [
                row.Source == row.Target ? row.Target : $"{row.Source}>{row.Target}", generator.Generator, TableLayouts.Percent(generator.TrainBer),
                TableLayouts.Percent(setting.EvalBer), Text(setting.Bits), Text(generator.Lambda), Text(generator.Chips), Text(generator.Seed),
            ],
            [
                One(row.CleanAccuracy), Many(row.PerturbedAccuracy), One(row.WithFuse.CleanAccuracy), Many(row.WithFuse.PerturbedAccuracy), One(row.Recovery),
                One(row.Energy.EnergySavingPercent), One(row.Energy.MacEnergySavingPercent),
            ]);

        static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
        static ResultCell One(double value) => new(new TableNumber((decimal)value), null, IsCompared: false);
        static ResultCell Many(PerturbedJson value) => new(new TableNumber((decimal)value.Mean, (decimal)value.Std), null, IsCompared: false);
    }
}
