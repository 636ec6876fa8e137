using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using RawFuse.Cli.Data;

namespace RawFuse.Cli.Commands;

/// <summary>Options that several commands share. Each call makes a new option, since an option belongs to one command.</summary>
internal static class CommonOptions
{
    public static Option<string?> Json() => new("--json")
    {
        Description = "Write the results as JSON to this file; '-' for standard output.",
        HelpName = "file",
    };

    public static Option<long> Seed() =>
        Number("--seed", "Seed of everything random; equal seeds give equal results.", 1, long.MinValue, long.MaxValue);

    public static ChoiceOption<string> Data() => new("--data", "Data set.", [.. ImageSources.Names.Select(name => (name, name))]);

    /// <summary>The data set for a model, which its file may name.</summary>
    public static ChoiceOption<string> DataOfModel()
    {
        ChoiceOption<string> data = Data();
        data.Description = $"Data set (else the one the base file names, else {ImageSources.Names[0]}).";
        data.DefaultValueFactory = null;
        return data;
    }

    public static Option<string?> DataFolder() => new("--data-dir")
    {
        Description = "Folder of the data set's original files (else RAWFUSE_DATA).",
        HelpName = "folder",
    };

    public static Option<int> Batch() => Number("--batch", "Images per pass.", 50, 1, 65_536);

    /// <summary>The bit error rate.</summary>
    /// <param name="standard">What holds when none is given; null for nothing.</param>
    public static Option<double> BitErrorRate(double? standard = 0.01) =>
        Real("--ber", "Bit error rate: the probability that a memory cell is faulty.", standard, 0, 1);

    /// <summary>A whole number within limits.</summary>
    public static Option<T> Number<T>(string name, string description, T standard, T low, T high)
        where T : struct, IBinaryInteger<T> => Bounded<T>(name, description, standard, low, high);

    /// <summary>A whole number within limits, or null where none is given.</summary>
    public static Option<T?> Optional<T>(string name, string description, T low, T high)
        where T : struct, INumber<T> => new(name)
    {
        Description = description,
        HelpName = "number",
        CustomParser = result => Parse(result, name, low, high),
    };

    /// <summary>A real number within limits.</summary>
    public static Option<double> Real(string name, string description, double? standard, double low, double high) =>
        Bounded(name, description, standard, low, high);

    /// <summary>Whole numbers of 1 or more with an x between them, such as 32x32.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it decides.</param>
    /// <param name="expected">How to write them.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="make">Makes the value of them, or throws an <see cref="ArgumentException"/>.</param>
    public static Option<T?> Sizes<T>(string name, string description, string expected, int count, Func<int[], T> make)
        where T : class => new(name)
    {
        Description = description,
        HelpName = "size",
        CustomParser = result =>
        {
            string text = result.Tokens.Single().Value;
            int[] sizes = [.. text.Split('x', 'X').Select(SizeOf)];
            try
            {
                if (sizes.Length == count && !sizes.Contains(0)) return make(sizes);
            }
            catch (ArgumentException)
            {
                // The message below says what goes.
            }

            result.AddError($"Option '{name}' is '{text}'; expected {expected}.");
            return null;
        },
    };

    /// <summary>Whether the command line says anything of an option.</summary>
    public static bool IsGivenIn(this Option option, ParseResult parsed) => parsed.GetResult(option) is { Implicit: false };

    private static int SizeOf(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : 0;

    private static Option<T> Bounded<T>(string name, string description, T? standard, T low, T high)
        where T : struct, INumber<T> => new(name)
    {
        Description = description,
        DefaultValueFactory = standard is { } value ? _ => value : null,
        HelpName = "number",
        CustomParser = result => Parse(result, name, low, high),
    };

    private static T Parse<T>(ArgumentResult result, string name, T low, T high)
        where T : struct, INumber<T>
    {
        string text = result.Tokens.Single().Value;

        // No thousands separators: a decimal comma would be read as one.
        (string kind, NumberStyles styles) = typeof(T) == typeof(double) ? ("a number", NumberStyles.Float) : ("a whole number", NumberStyles.Integer);
        if (T.TryParse(text, styles, CultureInfo.InvariantCulture, out T value) && value >= low && value <= high) return value;
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"Option '{name}' is '{text}'; expected {kind} from {low} to {high}."));
        return default;
    }
}
