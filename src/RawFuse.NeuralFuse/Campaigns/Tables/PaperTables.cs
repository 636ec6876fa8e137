using System.Globalization;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>The paper's numbers, as printed: PaperTables.csv, whose head says where they come from.</summary>
internal static class PaperTables
{
    private const string Resource = "PaperTables.csv";

    private static readonly ILookup<int, TableEntry> ByTable = Lines().ToLookup(line => int.Parse(line["table"], CultureInfo.InvariantCulture), Entry);

    /// <summary>Numbers of the tables kept here.</summary>
    public static IReadOnlyList<int> Numbers { get; } = [.. ByTable.Select(table => table.Key).Order()];

    /// <summary>What a table says, line by line.</summary>
    public static IReadOnlyList<TableEntry> Of(int table) => [.. ByTable[table]];

    /// <summary>What the paper calls a base model.</summary>
    public static string NameOf(string architecture) =>
        ByTable.SelectMany(table => table).Select(entry => entry.Point.Target).FirstOrDefault(name => name.Equals(architecture, StringComparison.OrdinalIgnoreCase)) ?? architecture;

    private static IEnumerable<Dictionary<string, string>> Lines()
    {
        using Stream stream = typeof(PaperTables).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        string[]? head = null;
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#')) continue;
            string[] fields = line.Split(',');
            if (head is null) head = fields;
            else yield return head.Zip(fields).ToDictionary(pair => pair.First, pair => pair.Second);
        }
    }

    private static TableEntry Entry(Dictionary<string, string> line)
    {
        var numbers = new Dictionary<Quantity, TableNumber>();
        Add(Quantity.Clean, "ca");
        Add(Quantity.Perturbed, "pa", "paStd");
        Add(Quantity.CleanWithFuse, "caNf");
        Add(Quantity.PerturbedWithFuse, "paNf", "paNfStd");
        Add(Quantity.Recovery, "rp");
        Add(Quantity.EnergySaving, "energySaving");
        Add(Quantity.Efficiency, "efficiency");
        return new TableEntry(
            new TablePoint(
                line["source"], line["target"], line["generator"], Real("trainBer"), Real("ber"), int.Parse(line["bits"], CultureInfo.InvariantCulture), Real("lambda")),
            numbers);

        void Add(Quantity quantity, string value, string? deviation = null)
        {
            if (line[value].Length > 0) numbers.Add(quantity, new TableNumber(Number(value), deviation is null ? null : Number(deviation)));
        }

        decimal Number(string column) => decimal.Parse(line[column], CultureInfo.InvariantCulture);
        double Real(string column) => double.Parse(line[column], CultureInfo.InvariantCulture);
    }
}
