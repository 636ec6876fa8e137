using System.Globalization;
using RawFuse.NeuralFuse.Campaigns;
using Spectre.Console;

namespace RawFuse.Cli.Output;

/// <summary>What a campaign will do.</summary>
internal static class CampaignTable
{
    private const int Width = 200;

    /// <summary>Prints a shard's rows and the trainings they need.</summary>
    /// <param name="report">Where to.</param>
    /// <param name="rows">All rows of the plan.</param>
    /// <param name="shard">Which of them.</param>
    /// <param name="folder">Where some may be done already; null for nowhere.</param>
    public static void Write(Report report, IReadOnlyList<CampaignRow> rows, Shard shard, CampaignFolder? folder)
    {
        IReadOnlySet<string> done = folder?.DoneRows(Report.Warnings) ?? new HashSet<string>();
        IReadOnlyList<CampaignRow> own = shard.Of(rows);
        report.Console.Profile.Width = Math.Max(report.Console.Profile.Width, Width);
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string head in (string[])["row", "base", "generator", "trained at", "lambda", "N", "seed", "on", "bits", "BER", "state"])
            table.AddColumn(head, column => column.NoWrap());
        foreach (CampaignRow row in own) table.AddRow([.. Line(row, done.Contains(row.Id)).Select(text => text.EscapeMarkup())]);
        report.Console.Write(table);
        IReadOnlyList<BaseJob> bases = CampaignExpansion.BasesToTrain(own);
        IReadOnlyList<GeneratorJob> generators = CampaignExpansion.GeneratorsToTrain(own);
        string part = shard.IsWhole ? "" : $" of {rows.Count}, shard {shard}";
        report.Line(
            $"{own.Count} rows{part}, {own.Count(row => done.Contains(row.Id))} of them done; "
            + $"to train: {bases.Count} base model(s), {generators.Count} generator(s)");
        foreach (BaseJob job in bases) report.Line($"base {job.Id}: {job.Name}, {job.Setting.Architecture}, epochs {job.Setting.Training!.Epochs}");
        foreach (GeneratorJob job in generators) report.Line($"generator {job.Id}: {job.Description}, epochs {job.Setting.Training.Epochs}");
    }

    private static string[] Line(CampaignRow row, bool isDone)
    {
        GeneratorSetting generator = row.Setting.Generator;
        return
        [
            row.Id, row.Generator.Base.Name, generator.Generator, Percent(generator.TrainBer), generator.Lambda.ToString(CultureInfo.InvariantCulture),
            $"{generator.Chips}", $"{generator.Seed}", row.Target.Name, $"{row.Setting.Bits}", Percent(row.Setting.EvalBer), isDone ? "done" : "open",
        ];
    }

    private static string Percent(double rate) => string.Create(CultureInfo.InvariantCulture, $"{100 * rate:0.#####}%");
}
