using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;

namespace RawFuse.Cli.Commands;

/// <summary>The options that describe chips, the same for every command that makes some.</summary>
/// <param name="standardRate">The bit error rate where none is given; null where one must be.</param>
internal sealed class ChipOptions(double? standardRate)
{
    private readonly Option<double> bitErrorRate = CommonOptions.BitErrorRate(standardRate);
    private readonly ChoiceOption<FaultModel> model = new("--model", "What a faulty cell does: stuck-at (a fixed 0 or 1) or flip.", [.. FaultNames.Models]);

    private readonly ChoiceOption<SramMapping> mapping = new(
        "--mapping",
        "Which cells a weight lies in: ibm (the paper's maps and tiling), ibm-untiled, or physical (tensors one after another, independent cells).",
        [.. FaultNames.Mappings]);

    private readonly ChoiceOption<WeightCells?> cells = new(
        "--cells",
        "What a weight of fewer than 8 bits lies in: byte (sign-extended, all 8 cells exposed), low-bits (sign-extended, its own bits exposed, as the paper's "
        + "code has it) or packed (as many cells as bits); auto is packed with the physical mapping, else low-bits.",
        [("auto", null), .. FaultNames.Cells.Select(one => (one.Name, (WeightCells?)one.Value))]);

    private readonly Option<byte?> positions = new("--bit-positions")
    {
        Description = "Only these bits of a weight can fail (else all): numbers from 0 (the lowest) to 7 between commas.",
        HelpName = "list",
        CustomParser = ParsePositions,
    };

    private readonly Option<SramGeometry?> geometry = CommonOptions.Sizes(
        "--sram",
        "Size of the memory with the physical mapping (else as large as it takes): banks x rows x columns of cells, as in 4x512x128; "
        + "weights beyond its end start again at its first cell.",
        $"banks x rows x columns, columns a multiple of {SramGeometry.ColumnStep}, as in 4x512x128",
        3,
        sizes => new SramGeometry(sizes[0], sizes[1], sizes[2]));

    private readonly Option<double> rowRate = CommonOptions.Real("--row-ber", "Probability that a whole row of the SRAM is faulty; needs --sram.", 0, 0, 1);

    private readonly Option<double> columnRate =
        CommonOptions.Real("--column-ber", "Probability that a whole column of a bank is faulty; needs --sram.", 0, 0, 1);

    private readonly Option<double> transientRate =
        CommonOptions.Real("--transient", "Probability that a cell is read flipped, anew with every forward pass.", 0, 0, 1);

    private readonly Option<string[]> map = new("--map")
    {
        Description = "A chip with known stuck cells instead of drawn ones: a safetensors file of 'or' and 'and' masks, or two text files, first of the cells "
            + "stuck at 0, then of those stuck at 1.",
        HelpName = "file",
        Arity = new ArgumentArity(1, 2),
        AllowMultipleArgumentsPerToken = true,
    };

    private IEnumerable<Option> All => [bitErrorRate, model, mapping, cells, positions, geometry, rowRate, columnRate, transientRate, map];

    /// <summary>The seed that tells one chip from another.</summary>
    public static Option<ulong?> Seed(string description) => CommonOptions.Optional("--chip", description, ulong.MinValue, ulong.MaxValue);

    /// <summary>Makes the options part of a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in All) command.Options.Add(option);
    }

    /// <summary>The chips that the options describe.</summary>
    /// <exception cref="ArgumentException">Options do not go together.</exception>
    /// <exception cref="Serialization.FileFormatException">A map's file is none.</exception>
    public ChipPopulation Population(ParseResult parsed) => map.IsGivenIn(parsed)
        ? new ChipPopulation(FromMap(parsed, parsed.GetRequiredValue(map)))
        : new ChipPopulation(parsed.GetValue(bitErrorRate), model.ValueIn(parsed), mapping.ValueIn(parsed), GeometryIn(parsed), OptionsOf(parsed));

    /// <summary>The same for commands in which there may be no chip, and no rate is assumed.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="seed">The chip's seed; null for no chip, unless a map makes one.</param>
    /// <returns>The chip, or null without a seed and a map.</returns>
    /// <exception cref="ArgumentException">There is a seed and no rate, or no seed but options that describe a chip.</exception>
    public Chip? ChipFor(ParseResult parsed, ulong? seed)
    {
        if (map.IsGivenIn(parsed)) return Population(parsed)[seed ?? 0];
        Option? given = All.FirstOrDefault(option => option.IsGivenIn(parsed));
        if (seed is null) return given is null ? null : throw new ArgumentException($"Option '{given.Name}' describes a chip; name one with '--chip'.");
        if (!bitErrorRate.IsGivenIn(parsed)) throw new ArgumentException("Option '--chip' needs '--ber', the chip's bit error rate.");
        return Population(parsed)[seed.Value];
    }

    /// <summary>The files of a map, or null.</summary>
    public IReadOnlyList<string>? MapFiles(ParseResult parsed) => parsed.GetValue(map) is { Length: > 0 } files ? files : null;

    private Chip FromMap(ParseResult parsed, string[] files)
    {
        // The safetensors form says everything itself, the text form just which cells are stuck.
        Option[] own = files.Length == 1 ? [mapping, cells, positions, transientRate] : [];
        Option? refused = ((Option[])[bitErrorRate, model, geometry, rowRate, columnRate, .. own]).FirstOrDefault(option => option.IsGivenIn(parsed));
        if (refused is not null) throw new ArgumentException($"Option '{refused.Name}' does not go with '--map {files[0]}', which says what its cells do.");
        return files.Length == 1 ? ChipFile.Read(files[0]) : ChipFile.ReadText(files[0], files[1], mapping.ValueIn(parsed), OptionsOf(parsed));
    }

    private SramGeometry? GeometryIn(ParseResult parsed)
    {
        SramGeometry? size = parsed.GetValue(geometry);
        if (size is not null && mapping.ValueIn(parsed) != SramMapping.Physical) throw new ArgumentException("Option '--sram' goes with '--mapping physical' alone.");
        Option? line = ((Option[])[rowRate, columnRate]).FirstOrDefault(option => option.IsGivenIn(parsed));
        return size is null && line is not null ? throw new ArgumentException($"Option '{line.Name}' needs '--sram', the size of the memory.") : size;
    }

    private FaultOptions OptionsOf(ParseResult parsed) => new()
    {
        Cells = cells.ValueIn(parsed),
        Positions = parsed.GetValue(positions) ?? byte.MaxValue,
        RowRate = parsed.GetValue(rowRate),
        ColumnRate = parsed.GetValue(columnRate),
        TransientRate = parsed.GetValue(transientRate),
    };

    private static byte? ParsePositions(ArgumentResult result)
    {
        string text = result.Tokens.Single().Value;
        int mask = 0;
        foreach (string part in text.Split(','))
        {
            if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int bit) && bit < 8) mask |= 1 << bit;
            else result.AddError($"Option '--bit-positions' is '{text}'; expected numbers from 0 to 7 between commas.");
        }

        return (byte)mask;
    }
}
