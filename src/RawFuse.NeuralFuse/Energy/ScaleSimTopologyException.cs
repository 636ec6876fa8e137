namespace RawFuse.NeuralFuse.Energy;

/// <summary>A SCALE-SIM topology file that cannot be read. The message says where, what was expected and what was found.</summary>
public sealed class ScaleSimTopologyException : FormatException
{
    internal ScaleSimTopologyException(string source, int line, int? column, string problem)
        : base(column is null ? $"{source}, line {line}: {problem}" : $"{source}, line {line}, column {column}: {problem}")
    {
        File = source;
        Line = line;
        Column = column;
    }

    /// <summary>The file, as the reader's caller named it.</summary>
    public string File { get; }

    /// <summary>The line, counted from 1.</summary>
    public int Line { get; }

    /// <summary>The comma-separated field, counted from 1; null where the whole line or file is meant.</summary>
    public int? Column { get; }
}
