using System.Globalization;
using RawFuse.NeuralFuse.Energy;

namespace RawFuse.Tests.Energy;

/// <summary>The CSV files under Golden/energy. Where they come from is written in the README beside them.</summary>
internal static class EnergyGolden
{
    /// <summary>The models of which the simulator's per-layer results and topology files are kept.</summary>
    public static readonly string[] LayerListModels = ["ResNet18", "VGG11", "ConvS", "DeConvS", "UNetS"];

    public static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Golden", "energy", file);

    public static List<Row> Rows(string file)
    {
        string[] lines = File.ReadAllLines(PathOf(file));
        string[] header = lines[0].Split(',');
        return [.. lines.Skip(1).Select(line => new Row(header.Zip(line.Split(',')).ToDictionary(pair => pair.First, pair => pair.Second)))];
    }

    /// <summary>One line of a CSV file, read by column name.</summary>
    public sealed record Row(Dictionary<string, string> Values)
    {
        public string Text(string column) => Values[column];

        public int Int(string column) => int.Parse(Values[column], CultureInfo.InvariantCulture);

        public long Long(string column) => long.Parse(Values[column], CultureInfo.InvariantCulture);

        public double Double(string column) => double.Parse(Values[column], CultureInfo.InvariantCulture);

        /// <summary>Null where the field is empty: points missing from a digitized curve.</summary>
        public double? Optional(string column) => Values[column].Length == 0 ? null : Double(column);
    }

    /// <summary>The layers of a model as the simulator saw them, from the shape columns of its results.</summary>
    public static IEnumerable<ArrayLayer> Layers(string model) => Rows($"layers_os_{model}_32.csv").Select(row => new ArrayLayer(
        row.Text("layer"), row.Int("ifmap_h"), row.Int("ifmap_w"), row.Int("filt_h"), row.Int("filt_w"),
        row.Int("channels"), row.Int("num_filters"), row.Int("stride")));
}
