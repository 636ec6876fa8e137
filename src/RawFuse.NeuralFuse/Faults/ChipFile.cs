using System.Globalization;
using RawFuse.Serialization;

namespace RawFuse.NeuralFuse.Faults;

/// <summary>
/// Files of chips whose stuck cells are known.
/// <para>
/// Safetensors: U8 tensors <c>or</c> and <c>and</c> of shape [rows, bytes per row], column 8k + j being bit j of byte k. A stored byte q reads
/// (q &amp; and) | or: a cell that <c>or</c> sets is stuck at 1, one that <c>and</c> clears and <c>or</c> does not set is stuck at 0. Metadata, all
/// text: <c>mapping</c> (ibm, ibm-untiled or physical), and optionally <c>cells</c> (byte, low-bits or packed; else what goes with the mapping),
/// <c>positions</c> (0 to 255, a bit for each bit of a weight; else all), <c>transient</c> (a rate from 0 to 1; else 0) and <c>seed</c> (of transient
/// faults; else 0).
/// </para>
/// <para>
/// Text: two files, of the cells stuck at 0 and of those stuck at 1; a row per line, each cell a 0 or a 1, separated by commas, columns a
/// multiple of 8.
/// </para>
/// </summary>
public static class ChipFile
{
    private const string MappingKey = "mapping", CellsKey = "cells", PositionsKey = "positions", TransientKey = "transient", SeedKey = "seed";

    /// <summary>Reads a chip from a safetensors file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileFormatException">The file cannot be read or is not such a file.</exception>
    public static Chip Read(string path)
    {
        SafetensorsFile file = SafetensorsFile.Read(path);
        SafetensorsTensor or = Matrix(file, "or"), and = Matrix(file, "and");
        if (!or.Shape.SequenceEqual(and.Shape))
            throw new FileFormatException(path, $"tensors 'or' and 'and' have shapes {ShapeOf(or)} and {ShapeOf(and)}; expected equal ones");
        if (!file.Metadata.ContainsKey(MappingKey))
            throw new FileFormatException(path, $"metadata '{MappingKey}' is missing; expected {Names(FaultNames.Mappings)}");

        byte[] stuckAt0 = and.Bytes.ToArray();
        for (int i = 0; i < stuckAt0.Length; i++) stuckAt0[i] = (byte)~(stuckAt0[i] | or.Bytes.Span[i]);
        var options = new FaultOptions
        {
            Cells = file.Metadata.ContainsKey(CellsKey) ? Choice(file, CellsKey, FaultNames.Cells) : null,
            Positions = Number(file, PositionsKey, byte.MaxValue, "a number from 0 to 255", _ => true),
            TransientRate = Number(file, TransientKey, 0.0, "a rate from 0 to 1", rate => rate is >= 0 and <= 1),
        };
        ulong seed = Number(file, SeedKey, 0UL, "a number from 0 to 2^64 - 1", _ => true);
        return new Chip(new FaultMap(or.Shape[0], stuckAt0, or.Bytes.Span), Choice(file, MappingKey, FaultNames.Mappings), seed, options);
    }

    /// <summary>
    /// Writes a chip with known stuck cells: one of the reference implementation's maps, or one that was read. The file appears complete
    /// or not at all.
    /// </summary>
    /// <param name="path">The file, replaced if it exists.</param>
    /// <param name="chip">The chip.</param>
    /// <exception cref="ArgumentException">
    /// The chip's cells are drawn for as large a memory as it takes, or they flip: such chips are known by their seeds.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, Chip chip)
    {
        FaultMap map = MapOf(chip);
        var and = new byte[map.StuckAt0.Length];
        for (int i = 0; i < and.Length; i++) and[i] = (byte)~(map.StuckAt0[i] | map.StuckAt1[i]);
        int[] shape = [map.Rows, map.RowBytes];
        var metadata = new Dictionary<string, string>
        {
            [MappingKey] = FaultNames.Of(FaultNames.Mappings, chip.Mapping), [CellsKey] = FaultNames.Of(FaultNames.Cells, chip.Cells),
        };
        if (chip.Options.Positions != byte.MaxValue) metadata.Add(PositionsKey, chip.Options.Positions.ToString(CultureInfo.InvariantCulture));
        if (chip.Options.TransientRate > 0)
        {
            metadata.Add(TransientKey, chip.Options.TransientRate.ToString("R", CultureInfo.InvariantCulture));
            metadata.Add(SeedKey, chip.Seed.ToString(CultureInfo.InvariantCulture));
        }

        var or = new SafetensorsTensor("or", SafetensorsType.U8, shape, map.StuckAt1.ToArray());
        SafetensorsFile.Write(path, [or, new SafetensorsTensor("and", SafetensorsType.U8, shape, and)], metadata);
    }

    /// <summary>Reads a measured map from two text files.</summary>
    /// <param name="stuckAt0Path">The cells that always read 0.</param>
    /// <param name="stuckAt1Path">The cells that always read 1.</param>
    /// <param name="mapping">Which of them a weight lies in.</param>
    /// <param name="options">More about the faults; null for the defaults.</param>
    /// <exception cref="FileFormatException">
    /// A file cannot be read or is not such a file, the files differ in size, or a cell is stuck at 0 and at 1.
    /// </exception>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static Chip ReadText(string stuckAt0Path, string stuckAt1Path, SramMapping mapping, FaultOptions? options = null)
    {
        BitMatrix stuckAt0 = BitMatrix.Read(stuckAt0Path), stuckAt1 = BitMatrix.Read(stuckAt1Path);
        if ((stuckAt0.Rows, stuckAt0.Bytes.Length) != (stuckAt1.Rows, stuckAt1.Bytes.Length))
        {
            throw new FileFormatException(
                stuckAt1Path, $"holds {stuckAt1.Rows} x {stuckAt1.Columns} cells; {stuckAt0Path} has {stuckAt0.Rows} x {stuckAt0.Columns}");
        }

        return new Chip(MapOf(stuckAt0, stuckAt1, stuckAt1Path), mapping, options: options);
    }

    private static FaultMap MapOf(BitMatrix stuckAt0, BitMatrix stuckAt1, string path)
    {
        try
        {
            return new FaultMap(stuckAt0.Rows, stuckAt0.Bytes, stuckAt1.Bytes);
        }
        catch (ArgumentException e)
        {
            throw new FileFormatException(path, $"contradicts the other file: {e.Message}", e);
        }
    }

    private static FaultMap MapOf(Chip chip)
    {
        if (chip.Map is { } known) return known;
        if (chip.Mapping == SramMapping.Physical || chip.Model != Kernels.FaultModel.StuckAt)
            throw new ArgumentException($"Only maps of stuck cells are written to files; this chip is {chip.Mapping}, {chip.Model}.", nameof(chip));
        return IbmFaultMap.Draw((uint)chip.Seed, chip.BitErrorRate);
    }

    private static SafetensorsTensor Matrix(SafetensorsFile file, string name)
    {
        SafetensorsTensor tensor = file.Get(name);
        if (tensor.Type != SafetensorsType.U8 || tensor.Shape.Length != 2 || tensor.Bytes.Length is 0 or > FaultMap.MaximumBytes)
        {
            throw new FileFormatException(
                file.Path,
                $"tensor '{name}' is {tensor.Type} of shape {ShapeOf(tensor)}; expected U8 of shape [rows, bytes per row], 1 to {FaultMap.MaximumBytes} bytes");
        }

        return tensor;
    }

    private static string ShapeOf(SafetensorsTensor tensor) => $"[{string.Join(", ", tensor.Shape.ToArray())}]";

    private static T Choice<T>(SafetensorsFile file, string key, IReadOnlyList<(string Name, T Value)> choices)
    {
        string text = file.Metadata[key];
        foreach ((string name, T value) in choices)
            if (name == text)
                return value;
        throw new FileFormatException(file.Path, $"metadata '{key}' is '{text}'; expected {Names(choices)}");
    }

    private static T Number<T>(SafetensorsFile file, string key, T standard, string expected, Predicate<T> isInRange)
        where T : IParsable<T>
    {
        if (!file.Metadata.TryGetValue(key, out string? text)) return standard;
        if (T.TryParse(text, CultureInfo.InvariantCulture, out T? value) && isInRange(value)) return value;
        throw new FileFormatException(file.Path, $"metadata '{key}' is '{text}'; expected {expected}");
    }

    private static string Names<T>(IReadOnlyList<(string Name, T Value)> choices) => string.Join(", ", choices.Select(choice => choice.Name));
}
