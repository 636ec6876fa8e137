using System.CommandLine;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Models;

namespace RawFuse.Cli.Commands;

/// <summary>The options that say what a model file does not say itself.</summary>
internal sealed class ModelOptions
{
    private readonly Option<string?> architecture = new("--arch") { Description = "Architecture of a base file that does not name it.", HelpName = "name" };
    private readonly Option<string?> generator = new("--generator") { Description = "Generator of a fuse file that does not name it.", HelpName = "name" };

    private readonly Option<int?> classes =
        CommonOptions.Optional("--classes", "Classes of a base file that does not say (else what its last layer has).", 2, 100_000);

    private readonly Option<int?> image =
        CommonOptions.Optional("--image", "Height and width of the images the files are for (else what they say, else 32).", 8, 4096);

    private readonly Option<int?> bits = CommonOptions.Optional("--bits", "Bits of a quantized weight, 2 to 8 (else what the file says, else 8).", 2, 8);

    /// <summary>Makes the options part of a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="readsFuse">Whether it reads generators too.</param>
    public void AddTo(Command command, bool readsFuse = true)
    {
        foreach (Option option in (Option[])[architecture, .. readsFuse ? (Option[])[generator] : [], classes, image, bits]) command.Options.Add(option);
    }

    /// <summary>Bits of a quantized weight, if given.</summary>
    public int? Bits(ParseResult parsed) => parsed.GetValue(bits);

    /// <summary>Reads and freezes a base model.</summary>
    /// <returns>The model, and the name of the data its file says it was trained on; empty where it does not.</returns>
    public (FrozenNetwork Network, string Dataset) LoadBase(ParseResult parsed, string path, Device device) =>
        Load(parsed, path, ModelKind.Base, device, parsed.GetValue(architecture));

    /// <summary>Reads and freezes a generator.</summary>
    public FrozenNetwork LoadFuse(ParseResult parsed, string path, Device device) =>
        Load(parsed, path, ModelKind.Fuse, device, parsed.GetValue(generator)).Network;

    private (FrozenNetwork Network, string Dataset) Load(ParseResult parsed, string path, ModelKind kind, Device device, string? name)
    {
        var hints = new ModelHints(name, parsed.GetValue(classes), parsed.GetValue(bits), parsed.GetValue(image));
        (ModelInfo info, Network network) = ModelFile.Load(path, kind, device, hints);
        using (network) return (FrozenNetwork.From(network, info.Bits), info.Dataset);
    }
}
