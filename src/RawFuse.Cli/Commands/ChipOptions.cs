using System.CommandLine;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;

namespace RawFuse.Cli.Commands;

/// <summary>The options that describe chips, the same for every command that makes some.</summary>
/// <param name="standardRate">The bit error rate where none is given; null where one must be.</param>
internal sealed class ChipOptions(double? standardRate)
{
    private static readonly (string Name, FaultModel Value)[] FaultModels = [("stuck-at", FaultModel.StuckAt), ("flip", FaultModel.Flip)];

    private static readonly (string Name, SramMapping Value)[] Mappings =
        [("ibm", SramMapping.Ibm), ("ibm-untiled", SramMapping.IbmUntiled), ("physical", SramMapping.Physical)];

    private readonly Option<double> bitErrorRate = CommonOptions.BitErrorRate(standardRate);
    private readonly ChoiceOption<FaultModel> model = new("--model", "What a faulty cell does: stuck-at (a fixed 0 or 1) or flip.", FaultModels);

    private readonly ChoiceOption<SramMapping> mapping = new(
        "--mapping",
        "Which cells a weight lies in: ibm (the paper's maps and tiling), ibm-untiled, or physical (tensors one after another, independent cells).",
        Mappings);

    private IEnumerable<Option> All => [bitErrorRate, model, mapping];

    /// <summary>The seed that tells one chip from another.</summary>
    public static Option<ulong?> Seed(string description) => CommonOptions.Optional("--chip", description, ulong.MinValue, ulong.MaxValue);

    /// <summary>A mapping's name on the command line.</summary>
    public static string NameOf(SramMapping mapping) => Mappings.Single(choice => choice.Value == mapping).Name;

    /// <summary>A fault model's name on the command line.</summary>
    public static string NameOf(FaultModel model) => FaultModels.Single(choice => choice.Value == model).Name;

    /// <summary>Makes the options part of a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in All) command.Options.Add(option);
    }

    /// <summary>The chips that the options describe.</summary>
    public ChipPopulation Population(ParseResult parsed) => new(parsed.GetValue(bitErrorRate), model.ValueIn(parsed), mapping.ValueIn(parsed));

    /// <summary>The same for commands in which there may be no chip, and no rate is assumed.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="seed">The chip's seed; null for no chip.</param>
    /// <returns>The chips, or null without a seed.</returns>
    /// <exception cref="ArgumentException">There is a seed and no rate, or no seed but options that describe a chip.</exception>
    public ChipPopulation? PopulationFor(ParseResult parsed, ulong? seed)
    {
        Option? given = All.FirstOrDefault(option => IsGiven(parsed, option));
        if (seed is null) return given is null ? null : throw new ArgumentException($"Option '{given.Name}' describes a chip; name one with '--chip'.");
        if (!IsGiven(parsed, bitErrorRate)) throw new ArgumentException("Option '--chip' needs '--ber', the chip's bit error rate.");
        return Population(parsed);
    }

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };
}
