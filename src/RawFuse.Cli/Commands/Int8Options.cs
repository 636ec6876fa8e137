using System.CommandLine;

namespace RawFuse.Cli.Commands;

/// <summary>The options that put a base model on int8 activations.</summary>
/// <param name="imagesAre">Which images the activations' ranges are found on.</param>
internal sealed class Int8Options(string imagesAre)
{
    private const int StandardImages = 256;

    private readonly Option<bool> isOn = Switch();

    private readonly Option<int?> images = CommonOptions.Optional(
        "--calibration", $"Images that the activations' ranges are found on, with --int8: the first so many {imagesAre} (else {StandardImages}).", 1, 1_000_000);

    /// <summary>The option alone.</summary>
    public static Option<bool> Switch() => new("--int8")
    {
        Description = "Run the base model on int8 activations too: bytes times bytes in 32-bit sums. A generator stays on floats.",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(isOn);
        command.Options.Add(images);
    }

    /// <summary>The number of images to find ranges on; null where the model runs on floats.</summary>
    /// <exception cref="ArgumentException">There is a number without --int8.</exception>
    public int? Images(ParseResult parsed)
    {
        if (parsed.GetValue(isOn)) return parsed.GetValue(images) ?? StandardImages;
        return images.IsGivenIn(parsed) ? throw new ArgumentException("'--calibration' needs '--int8'.") : null;
    }
}
