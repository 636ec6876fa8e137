using System.CommandLine;
using RawFuse.Cli.Data;
using RawFuse.Cli.Output;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Campaigns;

namespace RawFuse.Cli.Commands;

/// <summary><c>rawfuse sweep</c>: trains and evaluates whatever a plan combines.</summary>
internal static class SweepCommand
{
    public static Command Create()
    {
        var plan = new Argument<string>("plan") { Description = "The campaign's plan, a JSON file." };
        var output = new Option<string?>("--out") { Description = "Folder for models and results; a run that was stopped goes on there.", HelpName = "folder" };
        Option<string?> folder = CommonOptions.DataFolder();
        var basesOnly = new Option<bool>("--bases-only") { Description = "Train the base models and nothing else, so that shards that share the folder find them." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Print rows and trainings, and do nothing." };
        var shards = new ShardOptions();
        var command = new Command("sweep", "Run a campaign: train and evaluate all that a plan combines, in shards on several machines, and go on where it stopped.")
        {
            plan, output, folder, basesOnly, dryRun,
        };
        shards.AddTo(command);
        var computing = new DeviceOptions(command);
        command.SetAction((parsed, cancellation) =>
        {
            var report = new Report(null);
            string file = parsed.GetRequiredValue(plan);
            CampaignPlan campaign = PlanReader.Read(file, ImageSources.Names);
            Shard shard = shards.ValueIn(parsed, Environment.GetEnvironmentVariable);
            IReadOnlyList<CampaignRow> rows = CampaignExpansion.Rows(campaign);
            var kept = parsed.GetValue(output) is { } path ? new CampaignFolder(path) : null;
            if (parsed.GetValue(dryRun))
            {
                CampaignTable.Write(report, rows, shard, kept);
                return Task.FromResult(0);
            }

            if (kept is null) throw new ArgumentException("Name a folder for models and results with '--out', or print the plan's rows with '--dry-run'.");
            using Device device = computing.Open(parsed);
            kept.Create(file);
            var run = new Campaign(kept, new CampaignRunner(device, new CampaignImages(campaign.Dataset, parsed.GetValue(folder))), report, shard);
            string part = shard.IsWhole ? "" : $" of shard {shard}";
            report.Line(parsed.GetValue(basesOnly)
                ? $"{run.TrainBases(rows, cancellation)} base models{part} are in {kept.Path}"
                : $"{run.Run(rows, cancellation)} rows{part} were missing and are now in {kept.ResultsOf(shard)}");
            return Task.FromResult(0);
        });
        return command;
    }
}
