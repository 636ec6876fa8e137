using System.Text;

namespace RawFuse.Serialization;

/// <summary>
/// Reads a .npy header, a Python dictionary such as <c>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (3, 4), }</c>. Only the part of
/// Python that such headers need exists here: strings without escapes, True and False, and tuples of non-negative integers.
/// </summary>
internal ref struct NpyHeaderReader
{
    private readonly ReadOnlySpan<byte> text;
    private readonly string path;
    private int position;

    private NpyHeaderReader(ReadOnlySpan<byte> text, string path)
    {
        this.text = text;
        this.path = path;
    }

    /// <summary>Reads the dictionary's three values; their order in the file is free.</summary>
    /// <exception cref="FileFormatException">The text is anything else.</exception>
    public static (string Descr, bool FortranOrder, int[] Shape) Read(ReadOnlySpan<byte> text, string path) =>
        new NpyHeaderReader(text, path).ReadDictionary();

    private (string Descr, bool FortranOrder, int[] Shape) ReadDictionary()
    {
        string? descr = null;
        bool? fortranOrder = null;
        int[]? shape = null;

        Require('{');
        while (!Take('}'))
        {
            string key = ReadString();
            Require(':');
            switch (key)
            {
                case "descr" when descr is null:
                    descr = ReadString();
                    break;
                case "fortran_order" when fortranOrder is null:
                    fortranOrder = ReadBool();
                    break;
                case "shape" when shape is null:
                    shape = ReadShape();
                    break;
                default:
                    throw Error($"key '{key}' is unknown or appears twice; expected descr, fortran_order and shape once each");
            }
            if (!Take(','))
            {
                Require('}');
                break;
            }
        }
        SkipWhiteSpace();
        if (position < text.Length) throw Unexpected("the header's end");
        return (
            descr ?? throw Error("descr is missing"),
            fortranOrder ?? throw Error("fortran_order is missing"),
            shape ?? throw Error("shape is missing"));
    }

    private string ReadString()
    {
        byte quote = Take('"') ? (byte)'"' : (byte)'\'';
        if (quote == '\'') Require('\'');
        ReadOnlySpan<byte> rest = text[position..];
        int length = rest.IndexOf(quote);
        if (length < 0) throw Error("a string does not end");
        position += length + 1;
        return Encoding.Latin1.GetString(rest[..length]);
    }

    private bool ReadBool()
    {
        if (TakeWord("True"u8)) return true;
        if (TakeWord("False"u8)) return false;
        throw Unexpected("True or False");
    }

    private int[] ReadShape()
    {
        var shape = new List<int>();
        bool comma = true;
        Require('(');
        while (!Take(')'))
        {
            if (!comma) throw Unexpected("',' or ')'");
            shape.Add(ReadInteger());
            comma = Take(',');
        }
        // To Python (3) is a number; a tuple of one is written (3,).
        if (shape.Count == 1 && !comma) throw Error($"shape ({shape[0]}) is a number; expected a tuple");
        return [.. shape];
    }

    private int ReadInteger()
    {
        SkipWhiteSpace();
        int start = position;
        long value = 0;
        while (position < text.Length && text[position] is >= (byte)'0' and <= (byte)'9')
        {
            value = value * 10 + (text[position++] - '0');
            if (value > int.MaxValue) throw Error($"a dimension exceeds {int.MaxValue}");
        }
        return position > start ? (int)value : throw Unexpected("a dimension from 0");
    }

    private void Require(char symbol)
    {
        if (!Take(symbol)) throw Unexpected($"'{symbol}'");
    }

    private bool Take(char symbol)
    {
        SkipWhiteSpace();
        if (position == text.Length || text[position] != symbol) return false;
        position++;
        return true;
    }

    private bool TakeWord(ReadOnlySpan<byte> word)
    {
        SkipWhiteSpace();
        if (!text[position..].StartsWith(word)) return false;
        position += word.Length;
        return true;
    }

    private void SkipWhiteSpace()
    {
        while (position < text.Length && text[position] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') position++;
    }

    private readonly FileFormatException Unexpected(string expected)
    {
        string found = position == text.Length ? "it ends" : $"found '{(char)text[position]}'";
        return Error($"at byte {position} {found}; expected {expected}");
    }

    private readonly FileFormatException Error(string problem) => new(path, $"npy header: {problem}");
}
