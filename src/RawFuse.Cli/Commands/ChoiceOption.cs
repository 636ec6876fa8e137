using System.CommandLine;

namespace RawFuse.Cli.Commands;

/// <summary>An option whose value is one of a few names, in any case.</summary>
/// <typeparam name="T">What the names mean.</typeparam>
internal sealed class ChoiceOption<T> : Option<string>
{
    private readonly (string Name, T Value)[] choices;

    /// <summary>Declares the option.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it decides.</param>
    /// <param name="choices">The names and what they mean; the first is what holds when none is given.</param>
    public ChoiceOption(string name, string description, params (string Name, T Value)[] choices)
        : base(name)
    {
        this.choices = choices;
        Description = description;
        HelpName = string.Join('|', choices.Select(choice => choice.Name));
        DefaultValueFactory = _ => choices[0].Name;
        CustomParser = result =>
        {
            string text = result.Tokens.Single().Value;
            string? known = choices.Select(choice => choice.Name).FirstOrDefault(choice => choice.Equals(text, StringComparison.OrdinalIgnoreCase));
            if (known is null) result.AddError($"Option '{name}' is '{text}'; expected {string.Join(", ", choices.Select(choice => choice.Name))}.");
            return known;
        };
    }

    /// <summary>What the command line says, or the standard.</summary>
    public T ValueIn(ParseResult parsed)
    {
        string name = parsed.GetValue(this) ?? choices[0].Name;
        return choices.Single(choice => choice.Name == name).Value;
    }
}
