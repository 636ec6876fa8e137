using System.CommandLine;
using System.Globalization;
using System.Numerics;
using RawFuse.Cli.Data;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;

namespace RawFuse.Cli.Commands;

/// <summary>Options that several commands share. Each call makes a new option, since an option belongs to one command.</summary>
internal static class CommonOptions
{
    private static readonly (string Name, FaultModel Value)[] FaultModels = [("stuck-at", FaultModel.StuckAt), ("flip", FaultModel.Flip)];

    private static readonly (string Name, SramMapping Value)[] Mappings =
        [("ibm", SramMapping.Ibm), ("ibm-untiled", SramMapping.IbmUntiled), ("physical", SramMapping.Physical)];

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

    public static Option<FaultModel> FaultModelOption() =>
        Choice("--model", "What a faulty cell does: stuck-at (a fixed 0 or 1) or flip.", FaultModel.StuckAt, FaultModels);

    public static Option<SramMapping> Mapping(SramMapping standard) => Choice(
        "--mapping", "Which cells a weight lies in: ibm (the paper's maps and tiling), ibm-untiled, or physical (tensors one after another, independent cells).", standard,
        Mappings);

    /// <summary>A mapping's name on the command line.</summary>
    public static string NameOf(SramMapping mapping) => Mappings.Single(choice => choice.Value == mapping).Name;

    /// <summary>A fault model's name on the command line.</summary>
    public static string NameOf(FaultModel model) => FaultModels.Single(choice => choice.Value == model).Name;

    /// <summary>One of a few named values.</summary>
    public static Option<T> Choice<T>(string name, string description, T standard, params (string Name, T Value)[] choices)
        where T : struct => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => standard,
        HelpName = string.Join('|', choices.Select(choice => choice.Name)),
        CustomParser = result =>
        {
            string text = result.Tokens.Single().Value;
            foreach ((string known, T value) in choices)
                if (known.Equals(text, StringComparison.OrdinalIgnoreCase))
                    return value;
            return Refuse<T>(result, $"Option '{name}' is '{text}', expected {string.Join(", ", choices.Select(choice => choice.Name))}.");
        },
    };

    /// <summary>A whole number within limits.</summary>
    public static Option<int> Number(string name, string description, int standard, int low, int high) => Bounded(name, description, standard, low, high, "a whole number");

    /// <summary>A real number within limits.</summary>
    public static Option<double> Real(string name, string description, double standard, double low, double high) => Bounded(name, description, standard, low, high, "a number");

    private static Option<T> Bounded<T>(string name, string description, T standard, T low, T high, string kind)
        where T : struct, INumber<T> => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => standard,
        HelpName = "number",
        CustomParser = result =>
        {
            string text = result.Tokens.Single().Value;
            return T.TryParse(text, CultureInfo.InvariantCulture, out T value) && value >= low && value <= high
                ? value
                : Refuse<T>(result, $"Option '{name}' is '{text}', expected {kind} from {low} to {high}.");
        },
    };

    private static T Refuse<T>(System.CommandLine.Parsing.ArgumentResult result, string message)
    {
        result.AddError(message);
        return default!;
    }
}
