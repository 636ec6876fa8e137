using System.Globalization;
using System.Text;

namespace RawFuse.NeuralFuse.Energy;

/// <summary>
/// Reads the convolution topologies of the SCALE-SIM v2 simulator: a header line, then one layer per line with the fields of <see cref="Columns"/>.
/// Blank lines, spaces around fields and trailing commas are ignored. As in the simulator, ofmap sizes are rounded up, and a layer with "DP" in its
/// name is depthwise: it stands for as many one-channel layers as it has channels, named with the suffix Channel_0, Channel_1 and so on.
/// </summary>
public static class ScaleSimTopology
{
    /// <summary>The most layers a file may stand for, far above any published network.</summary>
    public const int MaximumLayers = 100_000;

    /// <summary>The most characters on one line.</summary>
    public const int MaximumLineLength = 4096;

    /// <summary>The fields of a line, in order. The last one may be missing: then both strides are equal.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        "Layer name", "IFMAP height", "IFMAP width", "Filter height", "Filter width", "Channels", "Num filter", "Stride height", "Stride width",
    ];

    /// <summary>Reads a topology file.</summary>
    /// <exception cref="ScaleSimTopologyException">The file is not such a topology.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static IReadOnlyList<ArrayLayer> ReadFile(string path)
    {
        using var reader = new StreamReader(path);
        return Read(reader, path);
    }

    /// <summary>Reads a topology from a text.</summary>
    /// <param name="reader">Read to its end.</param>
    /// <param name="source">What to call the text in error messages: usually its path.</param>
    /// <exception cref="ScaleSimTopologyException">The text is not such a topology.</exception>
    public static IReadOnlyList<ArrayLayer> Read(TextReader reader, string source)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(source);
        return new Parser(reader, source).Parse();
    }

    private sealed class Parser(TextReader reader, string source)
    {
        private readonly List<ArrayLayer> layers = [];
        private string[] fields = [];
        private int line;

        public List<ArrayLayer> Parse()
        {
            bool headerSeen = false;
            while (ReadFields())
            {
                if (headerSeen)
                {
                    ParseLayer();
                }
                else
                {
                    ParseHeader();
                    headerSeen = true;
                }
            }

            return layers.Count > 0 ? layers : throw Error(null, "expected a header line and at least one layer after it, found the end of the file.");
        }

        /// <summary>Reads the next line that is not blank; false at the end of the text.</summary>
        private bool ReadFields()
        {
            while (ReadLine() is { } text)
            {
                string content = text.TrimEnd(',', ' ', '\t', '\r');
                if (content.Length > 0)
                {
                    fields = content.Split(',', StringSplitOptions.TrimEntries);
                    return true;
                }
            }

            return false;
        }

        /// <summary>Like <see cref="TextReader.ReadLine"/>, but gives up on a line that no topology has before it fills the memory.</summary>
        private string? ReadLine()
        {
            var text = new StringBuilder();
            line++;
            int character;
            while ((character = reader.Read()) >= 0 && character != '\n')
            {
                if (text.Length == MaximumLineLength)
                {
                    throw Error(null, $"expected at most {MaximumLineLength} characters on a line, found more.");
                }

                text.Append((char)character);
            }

            return character < 0 && text.Length == 0 ? null : text.ToString();
        }

        private void ParseHeader()
        {
            // The simulator skips the first line whatever it holds, so a file without a header would silently lose a layer.
            if (fields.Length > 1 && IsSize(fields[1], out _))
            {
                throw Error(2, $"expected the header line with '{Columns[1]}' here, found {Quote(fields[1])}.");
            }
        }

        private void ParseLayer()
        {
            if (fields.Length > Columns.Count)
            {
                throw Error(Columns.Count + 1, $"expected the end of the line, found {Quote(fields[Columns.Count])}.");
            }

            string name = fields[0];
            if (name.Length == 0 || name.Any(char.IsControl))
            {
                throw Error(1, $"expected a layer name of printable characters, found {Quote(name)}.");
            }

            int ifmapHeight = Size(2), ifmapWidth = Size(3), filterHeight = Size(4), filterWidth = Size(5);
            int channels = Size(6), filters = Size(7), strideHeight = Size(8);
            int strideWidth = fields.Length < Columns.Count ? strideHeight : Size(9);
            RequireFit(4, filterHeight, ifmapHeight);
            RequireFit(5, filterWidth, ifmapWidth);

            bool depthwise = name.Contains("DP", StringComparison.Ordinal);
            int copies = depthwise ? channels : 1;
            if (copies > MaximumLayers - layers.Count)
            {
                throw Error(depthwise ? 6 : null, $"expected a file of at most {MaximumLayers} layers, depthwise channels counted one by one; found more.");
            }

            for (int copy = 0; copy < copies; copy++)
            {
                layers.Add(new(
                    depthwise ? $"{name}Channel_{copy}" : name, ifmapHeight, ifmapWidth, filterHeight, filterWidth,
                    depthwise ? 1 : channels, filters, strideHeight, strideWidth));
            }
        }

        private int Size(int column)
        {
            if (column > fields.Length)
            {
                throw Error(column, $"expected '{Columns[column - 1]}', found the end of the line.");
            }

            string field = fields[column - 1];
            return IsSize(field, out int size)
                ? size
                : throw Error(column, $"expected '{Columns[column - 1]}', a whole number from 1 to {int.MaxValue}, found {Quote(field)}.");
        }

        private void RequireFit(int column, int filter, int ifmap)
        {
            if (filter > ifmap)
            {
                throw Error(column, $"expected '{Columns[column - 1]}' of at most the ifmap's {ifmap}, found {filter}.");
            }
        }

        private static bool IsSize(string field, out int size) =>
            int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out size) && size > 0;

        /// <summary>A field as it may safely appear in a message: short and without control characters.</summary>
        private static string Quote(string field)
        {
            const int longest = 40;
            string shown = field.Length <= longest ? field : field[..longest] + "...";
            return $"'{string.Concat(shown.Select(c => char.IsControl(c) ? '?' : c))}'";
        }

        private ScaleSimTopologyException Error(int? column, string problem) => new(source, line, column, problem);
    }
}
