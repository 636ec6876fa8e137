using System.CommandLine;
using System.Globalization;

namespace RawFuse.Cli.Commands;

/// <summary>On how many chips to evaluate: a number, or as many as it takes.</summary>
internal sealed class ChipCountOptions
{
    private const string Name = "--chips", Auto = "auto", CiName = "--ci";
    private const int Most = 100_000, MostAuto = 1000;

    /// <summary>0 for as many as it takes.</summary>
    private readonly Option<int> count = new(Name)
    {
        Description = $"Chips to evaluate on; '{Auto}' for ten more (up to {MostAuto}) until the 95% intervals of the perturbed accuracies are as narrow as '{CiName}' says.",
        HelpName = $"number|{Auto}",
        DefaultValueFactory = _ => 10,
        CustomParser = result =>
        {
            string text = result.Tokens.Single().Value;
            if (text.Equals(Auto, StringComparison.OrdinalIgnoreCase)) return 0;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and <= Most) return number;
            result.AddError($"Option '{Name}' is '{text}'; expected a whole number from 1 to {Most}, or {Auto}.");
            return 0;
        },
    };

    private readonly Option<double> ci = CommonOptions.Real(CiName, $"With '{Name} {Auto}': half the width of the intervals, in percentage points.", 1, 0.01, 100);

    /// <summary>Makes the options part of a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(count);
        command.Options.Add(ci);
    }

    /// <summary>The chips, or the most there may be, and the half width that ends it; null where the number does.</summary>
    /// <exception cref="ArgumentException">There is a width for a fixed number.</exception>
    public (int Count, double? HalfWidth) ValueIn(ParseResult parsed)
    {
        int number = parsed.GetValue(count);
        if (number == 0) return (MostAuto, parsed.GetValue(ci));
        return ci.IsGivenIn(parsed) ? throw new ArgumentException($"Option '{CiName}' needs '{Name} {Auto}'.") : (number, null);
    }
}
