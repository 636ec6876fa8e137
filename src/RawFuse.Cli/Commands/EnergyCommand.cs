using System.CommandLine;
using System.Globalization;
using RawFuse.Cli.Output;
using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Energy;
using RawFuse.NeuralFuse.Generators;
using Spectre.Console;

namespace RawFuse.Cli.Commands;

/// <summary><c>rawfuse energy</c>: SRAM accesses and the energy saving, by arithmetic.</summary>
internal static class EnergyCommand
{
    public static Command Create()
    {
        var baseName = new Option<string?>("--base") { Description = $"Base model: {string.Join(", ", BaseModel.Names)}." };
        var generatorName = new Option<string?>("--generator") { Description = $"Generator: {string.Join(", ", Generator.Names)}." };
        var topology = new Option<string?>("--topology") { Description = "Count the layers of a SCALE-SIM v2 topology file instead.", HelpName = "file.csv" };
        Option<int> classes = CommonOptions.Number("--classes", "Classes of the base model.", 10, 2, 100_000);
        Option<int> image = CommonOptions.Number("--image", "Height and width of the images.", 32, 8, 4096);
        var preset = new ChoiceOption<CountingConvention>(
            "--preset", "paper (the conventions of the paper's tables) or exact (the shapes as they are).",
            ("paper", CountingConvention.Paper), ("exact", CountingConvention.Exact));
        var dataflow = new ChoiceOption<Dataflow>(
            "--dataflow", "What stays in the systolic array: os (outputs), ws (weights) or is (inputs).",
            ("os", Dataflow.OutputStationary), ("ws", Dataflow.WeightStationary), ("is", Dataflow.InputStationary));
        Option<SystolicArray?> array = CommonOptions.Sizes(
            "--array", "Rows x columns of the systolic array (else the paper's 32x32).", "rows x columns, such as 32x32", 2,
            sizes => new SystolicArray(sizes[0], sizes[1]));
        Option<double> ber = CommonOptions.BitErrorRate();
        Option<string?> json = CommonOptions.Json();
        var command = new Command("energy", "Count SRAM accesses and the energy a generator's protection saves.")
        {
            baseName, generatorName, topology, classes, image, preset, dataflow, array, ber, json,
        };
        command.SetAction(parsed =>
        {
            var report = new Report(parsed.GetValue(json), parsed.GetValue(topology));
            SystolicArray size = parsed.GetValue(array) ?? SystolicArray.Paper;
            Dataflow flow = dataflow.ValueIn(parsed);
            if (parsed.GetValue(topology) is { } path)
            {
                if (parsed.GetValue(baseName) is not null || parsed.GetValue(generatorName) is not null)
                    throw new ArgumentException("Option '--topology' goes without '--base' and '--generator'.");
                Topology(report, path, size, flow);
                return;
            }

            string name = parsed.GetValue(baseName) ?? throw new ArgumentException("Name a model with '--base' or a file with '--topology'.");
            CountingConvention convention = preset.ValueIn(parsed);
            NetworkCost model = NetworkCost.Of(BaseModel.Define(name, parsed.GetValue(classes), parsed.GetValue(image)), convention, size, flow);
            NetworkCost? generator = parsed.GetValue(generatorName) is { } fuse
                ? NetworkCost.Of(Generator.Define(fuse, parsed.GetValue(image)), convention, size, flow)
                : null;
            Models(report, model, generator, PointOf(parsed.GetValue(ber)));
        });
        return command;
    }

    private static void Topology(Report report, string path, SystolicArray array, Dataflow dataflow)
    {
        AccessLedger ledger;
        AccessCounts total;
        try
        {
            ledger = new AccessLedger(ScaleSimTopology.ReadFile(path), array, dataflow);
            total = ledger.Total;
        }
        catch (Exception exception) when (exception is ScaleSimTopologyException or IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException(exception.Message);
        }
        catch (OverflowException exception)
        {
            throw new ArgumentException($"{path}: {exception.Message}");
        }

        report.Console.Write(EnergyTable.Of(Path.GetFileName(path), ledger));
        report.Json(
            () => new TopologyJson(
                [.. ledger.Rows.Select(LayerJson.Of)], total.FilterReads, total.IfmapReads, total.OfmapWrites, total.Cycles, total.Macs,
                ledger.TotalWeightMemoryAccesses),
            JsonModels.Default.TopologyJson);
    }

    /// <summary>The operating point for a rate; without faults it is the nominal voltage.</summary>
    private static OperatingPoint PointOf(double rate)
    {
        if (rate == 0) return OperatingPoint.Nominal;
        if (rate >= VoltageCurve.MinimumBer && rate <= VoltageCurve.MaximumBer) return OperatingPoint.ForBer(rate);
        throw new ArgumentException(string.Create(
            CultureInfo.InvariantCulture, $"Option '--ber' is '{rate}'; the voltage curve covers 0 and {VoltageCurve.MinimumBer:G3} to {VoltageCurve.MaximumBer:G3}."));
    }

    private static void Models(Report report, NetworkCost model, NetworkCost? generator, OperatingPoint point)
    {
        report.Console.Write(EnergyTable.Of(model.Name, model.Ledger));
        EnergySaving? accesses = null, macs = null;
        if (generator is not null)
        {
            report.Console.Write(EnergyTable.Of(generator.Name, generator.Ledger));
            accesses = EnergySaving.FromAccesses(model.Ledger, generator.Ledger, point);
            macs = EnergySaving.FromPrintedMacs(model.PrintedMacs, generator.PrintedMacs, point);
            report.Line($"energy saving by SRAM accesses {accesses.Percent:F1}%, by MACs {macs.Percent:F1}%. {accesses.Sentence}");
        }

        report.Json(
            () => new EnergyJson(
                NetworkCostJson.Of(model), generator is null ? null : NetworkCostJson.Of(generator), accesses?.Percent, macs?.Percent, accesses?.Sentence,
                point.AccessEnergyRatio, point.Ber),
            JsonModels.Default.EnergyJson);
    }
}
