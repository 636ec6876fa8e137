using RawFuse.Serialization;

namespace RawFuse.NeuralFuse.Faults;

/// <summary>A matrix of bits in a text file: a row per line, each a 0 or a 1, separated by commas.</summary>
/// <param name="Rows">Rows, at least 1.</param>
/// <param name="Bytes">[rows, columns / 8], column 8k + j being bit j of byte k.</param>
internal sealed record BitMatrix(int Rows, byte[] Bytes)
{
    public int Columns => 8 * Bytes.Length / Rows;

    /// <exception cref="FileFormatException">The file cannot be read or is not such a file.</exception>
    public static BitMatrix Read(string path) => InputFile.Read(path, stream => Read(stream, path));

    private static BitMatrix Read(FileStream stream, string path)
    {
        var bytes = new List<byte>();
        int rows = 0, columns = 0, column = 0;
        bool isAfterCell = false;
        while (true)
        {
            int character = stream.ReadByte();
            switch (character)
            {
                case '0' or '1' when !isAfterCell:
                    if (column % 8 == 0) bytes.Add(0);
                    if (bytes.Count > FaultMap.MaximumBytes)
                        throw new FileFormatException(path, $"holds more than the {8L * FaultMap.MaximumBytes} cells that are supported");
                    if (character == '1') bytes[^1] |= (byte)(1 << (column % 8));
                    column++;
                    isAfterCell = true;
                    break;
                case ',' when isAfterCell:
                    isAfterCell = false;
                    break;
                case '\n' or -1 when column == 0 && !isAfterCell:
                    // Lines without cells are passed over, wherever they are.
                    break;
                case '\n' or -1 when isAfterCell:
                    if (rows == 0) columns = column;
                    if (column != columns || column % 8 != 0)
                        throw new FileFormatException(path, $"row {rows + 1} has {column} cells; expected {(rows == 0 ? "a multiple of 8" : columns)}");
                    rows++;
                    column = 0;
                    isAfterCell = false;
                    break;
                case ' ' or '\t' or '\r':
                    break;
                default:
                    string found = character < 0 ? "the end of the file" : character is > ' ' and < 127 ? $"'{(char)character}'" : $"byte {character}";
                    string expected = isAfterCell ? "a comma or the end of the line" : "0 or 1";
                    throw new FileFormatException(path, $"row {rows + 1}, column {column + 1}: {found}; expected {expected}");
            }

            if (character < 0) break;
        }

        if (rows == 0) throw new FileFormatException(path, "holds no cells; expected lines of 0 and 1 separated by commas");
        return new BitMatrix(rows, [.. bytes]);
    }
}
