namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>A table of results, beside the paper's where it is one of the paper's.</summary>
/// <param name="Number">The table's number in the paper; null for one that is not there.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Keys">Heads of the columns that say what a row is about.</param>
/// <param name="Columns">Heads of the columns with numbers.</param>
/// <param name="Rows">The rows.</param>
public sealed record ResultTable(int? Number, string Title, IReadOnlyList<string> Keys, IReadOnlyList<string> Columns, IReadOnlyList<ResultRow> Rows);

/// <summary>A row of a table.</summary>
/// <param name="Keys">What it is about.</param>
/// <param name="Cells">Its numbers.</param>
public sealed record ResultRow(IReadOnlyList<string> Keys, IReadOnlyList<ResultCell> Cells);

/// <summary>A cell of a table.</summary>
/// <param name="Ours">Our number; null where there is none.</param>
/// <param name="Paper">The paper's number; null where there is none.</param>
/// <param name="IsCompared">Whether the table is one of the paper's.</param>
public sealed record ResultCell(TableNumber? Ours, TableNumber? Paper, bool IsCompared)
{
    private const string None = "-";

    /// <summary>Ours with one decimal, and the paper's as printed: <c>83.1 ± 2.0 (paper 87.2 ± 2.9)</c>. The paper's alone stands in parentheses.</summary>
    public override string ToString()
    {
        string? ours = Ours?.ToString("F1"), paper = Paper?.ToString("G");
        if (!IsCompared) return ours ?? None;
        return ours is null ? paper is null ? None : $"({paper})" : $"{ours} (paper {paper ?? None})";
    }
}
