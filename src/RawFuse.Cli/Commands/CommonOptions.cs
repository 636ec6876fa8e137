using System.CommandLine;
using RawFuse.Cli.Data;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;

namespace RawFuse.Cli.Commands;

/// <summary>Options that several commands share. Each call makes a new option, since an option belongs to one command.</summary>
internal static class CommonOptions
{
    public static Option<string?> Json() => new("--json") { Description = "Write the results as JSON to this file; '-' for standard output.", HelpName = "file" };

    public static Option<int> Threads() => Number("--threads", "Threads to compute with; 0 for one per processor.", 0, 0, 1024);

    public static Option<long> Seed() => new("--seed")
    {
        Description = "Seed of everything random; equal seeds give equal results.",
        DefaultValueFactory = _ => 1,
        HelpName = "number",
    };

    public static Option<string> Data()
    {
        var option = new Option<string>("--data") { Description = "Data set.", DefaultValueFactory = _ => "signs" };
        option.AcceptOnlyFromAmong(ImageSources.Names);
        return option;
    }

    public static Option<string?> DataFolder() => new("--data-dir") { Description = "Folder of the data set's original files (else RAWFUSE_DATA).", HelpName = "folder" };

    public static Option<int?> Limit(string name, string description)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "count" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value) && value < 1) result.AddError($"Option '{name}' must be 1 or more, not {value}.");
        });
        return option;
    }

    public static Option<double> BitErrorRate(double standard) => Real("--ber", "Bit error rate: the probability that a memory cell is faulty.", standard, 0, 1);

    public static Option<FaultModel> FaultModelOption()
    {
        var option = new Option<FaultModel>("--model")
        {
            Description = "What a faulty cell does: stuck-at (a fixed 0 or 1) or flip.",
            DefaultValueFactory = _ => FaultModel.StuckAt,
            CustomParser = result => result.Tokens.Single().Value.ToLowerInvariant() switch
            {
                "stuck-at" => FaultModel.StuckAt,
                "flip" => FaultModel.Flip,
                string other => Refuse<FaultModel>(result, $"Unknown fault model '{other}'; known are stuck-at, flip."),
            },
            HelpName = "stuck-at|flip",
        };
        return option;
    }

    public static Option<SramMapping> Mapping(SramMapping standard) => new("--mapping")
    {
        Description = "Which cells a weight lies in: ibm (the paper's maps) or physical (tensors one after another, independent cells).",
        DefaultValueFactory = _ => standard,
        CustomParser = result => result.Tokens.Single().Value.ToLowerInvariant() switch
        {
            "ibm" => SramMapping.Ibm,
            "ibm-untiled" => SramMapping.IbmUntiled,
            "physical" => SramMapping.Physical,
            string other => Refuse<SramMapping>(result, $"Unknown mapping '{other}'; known are ibm, ibm-untiled, physical."),
        },
        HelpName = "ibm|ibm-untiled|physical",
    };

    /// <summary>A mapping's name on the command line.</summary>
    public static string NameOf(SramMapping mapping) => mapping switch { SramMapping.Ibm => "ibm", SramMapping.IbmUntiled => "ibm-untiled", _ => "physical" };

    /// <summary>A fault model's name on the command line.</summary>
    public static string NameOf(FaultModel model) => model == FaultModel.Flip ? "flip" : "stuck-at";

    public static Option<int> Number(string name, string description, int standard, int low, int high)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => standard, HelpName = "number" };
        option.CustomParser = result =>
        {
            string text = result.Tokens.Single().Value;
            return int.TryParse(text, out int value) && value >= low && value <= high
                ? value
                : Refuse<int>(result, $"Option '{name}' is '{text}', expected a whole number from {low} to {high}.");
        };
        return option;
    }

    public static Option<double> Real(string name, string description, double standard, double low, double high)
    {
        var option = new Option<double>(name) { Description = description, DefaultValueFactory = _ => standard, HelpName = "number" };
        option.CustomParser = result =>
        {
            string text = result.Tokens.Single().Value;
            return double.TryParse(text, out double value) && value >= low && value <= high
                ? value
                : Refuse<double>(result, $"Option '{name}' is '{text}', expected a number from {low} to {high}.");
        };
        return option;
    }

    private static T Refuse<T>(System.CommandLine.Parsing.ArgumentResult result, string message)
    {
        result.AddError(message);
        return default!;
    }
}
