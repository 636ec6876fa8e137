using System.Globalization;
using System.Text;

namespace RawFuse.Datasets;

/// <summary>
/// Reader of GTSRB's annotations, semicolon-separated lines below a header: <c>Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId</c>. Only the name and
/// the class are used: images are taken as a whole frame, and their size from themselves.
/// </summary>
internal static class GtsrbAnnotations
{
    private const string Header = "Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId";

    /// <summary>Twenty times the largest of the official files.</summary>
    private const int MostBytes = 1 << 24;

    /// <summary>Reads a file.</summary>
    /// <param name="dataSet">The data set as messages name it.</param>
    /// <param name="path">The annotations.</param>
    /// <param name="images">The folder of the images they name.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="only">The class that all lines must name; null for any.</param>
    /// <returns>The path and the class of every image, one or more.</returns>
    /// <exception cref="DatasetException">The file is missing, unreadable or malformed, or names an image that is not there.</exception>
    public static List<(string Path, int Label)> Read(string dataSet, string path, string images, int classes, int? only)
    {
        string[] lines = Encoding.UTF8.GetString(DatasetFile.Read(dataSet, path, $"lines '{Header}'", MostBytes)).Split('\n');
        if (lines[0].TrimEnd() != Header) throw Refusal(0, $"expected the header '{Header}'");
        int[] expected = only is { } one ? [one] : [.. Enumerable.Range(0, classes)];
        var files = new List<(string, int)>();
        for (int i = 1; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i])) continue;
            string[] fields = lines[i].TrimEnd().Split(';');
            if (fields.Length != Header.Count(c => c == ';') + 1) throw Refusal(i, $"{fields.Length} fields; expected '{Header}'");
            if (!int.TryParse(fields[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int label) || !expected.Contains(label))
                throw Refusal(i, $"ClassId '{fields[^1]}'; expected {(only is null ? $"0..{classes - 1}" : $"{only}, the class of the folder")}");

            // A name with a folder in it could lead anywhere.
            string file = Path.Combine(images, Path.GetFileName(fields[0]));
            if (Path.GetFileName(fields[0]) != fields[0] || !File.Exists(file)) throw Refusal(i, $"image '{fields[0]}'; expected a file of the folder '{images}'");
            files.Add((file, label));
        }

        return files.Count > 0 ? files : throw Refusal(1, "no image; expected one or more");

        DatasetException Refusal(int line, string message) => new($"{dataSet} file '{path}', line {line + 1}: {message}.");
    }
}
