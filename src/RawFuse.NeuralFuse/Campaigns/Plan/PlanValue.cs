using System.Globalization;
using System.Text.Json;
using RawFuse.Serialization;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>A value of a plan's JSON with its place, so that whatever is wrong with it can be said in one line.</summary>
/// <param name="File">The plan.</param>
/// <param name="Path">The value's JSON path, such as $.grids[0].bits.</param>
/// <param name="Element">The value.</param>
internal readonly record struct PlanValue(string File, string Path, JsonElement Element)
{
    private const int LongestQuote = 60;

    /// <summary>A whole number within limits.</summary>
    public T Number<T>(T low, T high)
        where T : struct, System.Numerics.IBinaryInteger<T> =>
        Element.ValueKind == JsonValueKind.Number && T.TryParse(Element.GetRawText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T value)
        && value >= low && value <= high
            ? value
            : throw Wrong($"a whole number from {low} to {high}");

    /// <summary>A real number within limits.</summary>
    public double Real(double low, double high) =>
        Element.ValueKind == JsonValueKind.Number && Element.TryGetDouble(out double value) && value >= low && value <= high
            ? value
            : throw Wrong(string.Create(CultureInfo.InvariantCulture, $"a number from {low:G3} to {high:G3}"));

    /// <summary>True or false.</summary>
    public bool Flag() => Element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong("true or false"),
    };

    /// <summary>A text that is not empty.</summary>
    public string Text(string expected) =>
        Element.ValueKind == JsonValueKind.String && Element.GetString() is { Length: > 0 } text ? text : throw Wrong(expected);

    /// <summary>One of some names, in any case.</summary>
    /// <returns>The name as it is in the list.</returns>
    public string Choice(IEnumerable<string> names)
    {
        string expected = string.Join(", ", names), text = Text(expected);
        return names.FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) ?? throw Wrong(expected);
    }

    /// <summary>One value or more.</summary>
    public IReadOnlyList<T> List<T>(Func<PlanValue, T> read)
    {
        if (Element.ValueKind != JsonValueKind.Array || Element.GetArrayLength() == 0) throw Wrong("a list of one value or more");
        PlanValue list = this;
        return [.. Element.EnumerateArray().Select((item, i) => read(new PlanValue(list.File, $"{list.Path}[{i}]", item)))];
    }

    /// <summary>An object; keys that nobody asks for are refused.</summary>
    public T Object<T>(Func<PlanObject, T> read)
    {
        if (Element.ValueKind != JsonValueKind.Object) throw Wrong("an object, {...}");
        var members = new PlanObject(this);
        T value = read(members);
        members.RefuseOthers();
        return value;
    }

    /// <summary>The error that this value is not what it should be.</summary>
    public FileFormatException Wrong(string expected)
    {
        string text = Element.GetRawText();
        return Error($"is {(text.Length > LongestQuote ? string.Concat(text.AsSpan(0, LongestQuote), "...") : text)}; expected {expected}");
    }

    /// <summary>An error at this value.</summary>
    public FileFormatException Error(string problem) => new(File, $"{Path}: {problem}");
}
