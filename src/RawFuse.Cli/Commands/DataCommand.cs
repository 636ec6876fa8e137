using System.CommandLine;

namespace RawFuse.Cli.Commands;

/// <summary><c>rawfuse data</c>: the data sets on this machine.</summary>
internal static class DataCommand
{
    public static Command Create() => new("data", "Download data sets, and look at them.")
    {
        DataGetCommand.Create(),
        DataListCommand.Create(),
        DataVerifyCommand.Create(),
        DataShowCommand.Create(),
    };

    /// <summary>The argument that names a data set.</summary>
    /// <param name="names">The names it may have.</param>
    public static Argument<string> Name(params string[] names) => new("name")
    {
        Description = $"Data set: {string.Join(", ", names)}.",
        CustomParser = result =>
        {
            string text = result.Tokens.Single().Value;
            string? known = names.FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
            if (known is null) result.AddError($"Data set '{text}' is not known; expected {string.Join(", ", names)}.");
            return known ?? "";
        },
    };
}
