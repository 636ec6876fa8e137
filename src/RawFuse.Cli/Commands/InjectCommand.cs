using System.CommandLine;
using RawFuse.Cli.Output;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;
using RawFuse.Serialization;
using Spectre.Console;

namespace RawFuse.Cli.Commands;

/// <summary><c>rawfuse inject</c>: stores the weights of any safetensors file in a faulty memory and writes what it gives back.</summary>
internal static class InjectCommand
{
    public static Command Create()
    {
        var weights = new Option<string>("--weights")
        {
            Description = "Safetensors file. Float tensors of 2 or 4 dimensions are quantized, I8 ones taken as they are, all others copied.",
            Required = true,
            HelpName = "file",
        };
        Option<ulong?> seed = ChipOptions.Seed("Seed of the chip whose memory holds the weights; needs --ber.");
        var output = new Option<string>("--out")
        {
            Description = "File to write: I8 tensors, and a scale 'NAME.scale' for each quantized one.",
            Required = true,
            HelpName = "file",
        };
        var chips = new ChipOptions(standardRate: null);
        Option<int> bits = CommonOptions.Number("--bits", "Bits of a quantized weight.", 8, 2, 8);
        Option<string?> json = CommonOptions.Json();
        var command = new Command("inject", "Put the weights of a file into a chip's faulty memory.") { weights, seed, output, bits, json };
        chips.AddTo(command);
        var computing = new DeviceOptions(command, convolves: false);
        command.SetAction((parsed, cancellation) =>
        {
            string input = parsed.GetRequiredValue(weights);
            string path = OutputFile.Check(parsed.GetRequiredValue(output), input);
            var report = new Report(parsed.GetValue(json), input, path);
            Chip chip = chips.ChipFor(parsed, parsed.GetValue(seed)) ?? throw new ArgumentException("Name a chip with '--chip' and '--ber', or with '--map'.");
            using Device device = computing.Open(parsed);
            var run = new InjectRun(device, SafetensorsFile.Read(input, cancellation), chip, parsed.GetValue(bits));
            FaultSummary summary = run.Write(path, cancellation);
            report.Console.Write(FaultTable.Of(summary));
            report.Json(
                () => new InjectJson(
                    [.. summary.Tensors.Select(InjectedTensorJson.Of)], summary.RequestedBer, summary.CellBer, summary.FlipRate, chip.Seed,
                    FaultNames.Of(FaultNames.Mappings, chip.Mapping), FaultNames.Of(FaultNames.Models, chip.Model), FaultNames.Of(FaultNames.Cells, chip.Cells),
                    parsed.GetValue(bits), FaultOptionsJson.Of(chip, chips.MapFiles(parsed))),
                JsonModels.Default.InjectJson);
            return Task.FromResult(0);
        });
        return command;
    }
}
