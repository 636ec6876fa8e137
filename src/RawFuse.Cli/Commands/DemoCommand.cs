using System.CommandLine;
using RawFuse.Cli.Output;
using RawFuse.Kernels;

namespace RawFuse.Cli.Commands;

/// <summary><c>rawfuse demo</c>: the whole method on the built-in road signs.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var folder = new Option<string>("--out") { Description = "Folder for the models and results.", DefaultValueFactory = _ => "rawfuse-demo", HelpName = "folder" };
        Option<string?> json = CommonOptions.Json();
        Option<long> seed = CommonOptions.Seed();
        var command = new Command("demo", "Train, break, protect and measure a small classifier: the whole method in two minutes.") { folder, json, seed };
        var computing = new DeviceOptions(command);
        command.SetAction((parsed, cancellation) =>
        {
            using Device device = computing.Open(parsed);
            new DemoRun(device, new Report(parsed.GetValue(json)), parsed.GetValue(folder)!, (ulong)parsed.GetValue(seed), cancellation).Run();
            return Task.FromResult(0);
        });
        return command;
    }
}
