using System.Text.Json;
using RawFuse.Serialization;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>
/// Results as JSON lines: a row is appended whole and flushed to the disk, so that of a run that was killed nothing but its last line can be torn. Files may be
/// put one behind the other, and a row may be there twice.
/// </summary>
public sealed class ResultsFile : IDisposable
{
    private const byte LineEnd = (byte)'\n';

    private readonly FileStream writing, stream;

    private ResultsFile(FileStream writing, FileStream stream)
    {
        this.writing = writing;
        this.stream = stream;
    }

    /// <summary>Opens a file to append to, makes it if need be, and repairs its last line.</summary>
    /// <param name="path">The file. Beside it, NAME.lock says that it is being written.</param>
    /// <param name="notices">Told of a repair.</param>
    /// <exception cref="IOException">It cannot be written, or another process writes it.</exception>
    public static ResultsFile Open(string path, IProgress<string> notices)
    {
        FileStream writing = Lock(path);
        try
        {
            // Others may read what is there meanwhile.
            var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
            try
            {
                Repair(path, stream, notices);
                stream.Seek(0, SeekOrigin.End);
                return new ResultsFile(writing, stream);
            }
            catch
            {
                stream.Dispose();
                throw;
            }
        }
        catch
        {
            writing.Dispose();
            throw;
        }
    }

    /// <summary>Reads the rows of a file; a torn last line, be it that of a killed run or one that is being written, is left out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="notices">Told of a line that is left out.</param>
    /// <exception cref="FileFormatException">The file cannot be read, or a line in it is no row.</exception>
    public static IReadOnlyList<RowResult> Read(string path, IProgress<string> notices)
    {
        byte[] bytes;
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FileFormatException(path, $"cannot be read: {exception.Message}");
        }

        var rows = new List<RowResult>();
        int whole = WholeLines(bytes), line = 1;
        foreach (Range range in bytes.AsSpan(0, whole).Split(LineEnd))
        {
            ReadOnlySpan<byte> text = bytes.AsSpan(0, whole)[range].Trim(" \t\r"u8);
            if (!text.IsEmpty) rows.Add(Parse(text, out string problem) ?? throw new FileFormatException(path, $"line {line}: is no row of results: {problem}"));
            line++;
        }

        if (whole == bytes.Length) return rows;
        if (Parse(bytes.AsSpan(whole), out _) is { } last) rows.Add(last);
        else notices.Report($"{path}: the last line is torn; it is left out");
        return rows;
    }

    /// <summary>Appends a row.</summary>
    /// <exception cref="IOException">It did not reach the disk.</exception>
    public void Append(RowResult row)
    {
        stream.Write([.. JsonSerializer.SerializeToUtf8Bytes(row, CampaignJson.Default.RowResult), LineEnd]);
        stream.Flush(flushToDisk: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        stream.Dispose();
        writing.Dispose();
    }

    private static FileStream Lock(string path)
    {
        string name = path + ".lock";
        try
        {
            return new FileStream(name, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new IOException($"{path}: cannot be written, perhaps because another sweep is writing it: {exception.Message}", exception);
        }
    }

    /// <summary>Ends a last line that only lacks its end, and cuts off one that was torn.</summary>
    private static void Repair(string path, FileStream stream, IProgress<string> notices)
    {
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        int whole = WholeLines(bytes);
        if (whole == bytes.Length) return;
        if (Parse(bytes.AsSpan(whole), out _) is not null)
        {
            stream.WriteByte(LineEnd);
        }
        else
        {
            stream.SetLength(whole);
            notices.Report($"{path}: the last line was torn; it is cut off, and its row is done again");
        }

        stream.Flush(flushToDisk: true);
    }

    /// <summary>Bytes up to the last line's end.</summary>
    private static int WholeLines(ReadOnlySpan<byte> bytes) => bytes.LastIndexOf(LineEnd) + 1;

    private static RowResult? Parse(ReadOnlySpan<byte> line, out string problem)
    {
        problem = "it is null";
        try
        {
            RowResult? row = JsonSerializer.Deserialize(line, CampaignJson.Default.RowResult);
            if (row is null || row.Id == SettingId.Of(row.Setting, CampaignJson.Default.RowSetting)) return row;
            problem = $"its 'id' is '{row.Id}', which is not that of its 'setting'";
        }
        catch (JsonException exception)
        {
            problem = exception.Message;
        }

        return null;
    }
}
