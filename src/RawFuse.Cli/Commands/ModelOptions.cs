using System.CommandLine;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Generators;
using RawFuse.NeuralFuse.Models;

namespace RawFuse.Cli.Commands;

/// <summary>The options that say what a model file does not say itself.</summary>
/// <param name="takesNames">Whether names without files will do: models with random weights.</param>
internal sealed class ModelOptions(bool takesNames = false)
{
    /// <summary>Weights that nobody trained are the same for everyone.</summary>
    private const ulong Seed = 1;

    private readonly Option<string?> architecture = new("--arch")
    {
        Description = takesNames
            ? $"Base model with random weights, or that of a file: {string.Join(", ", BaseModel.Names)}."
            : "Architecture of a base file that does not name it.",
        HelpName = "name",
    };

    private readonly Option<string?> generator = new("--generator")
    {
        Description = takesNames
            ? $"Generator with random weights, or that of a file: {string.Join(", ", Generator.Names)}."
            : "Generator of a fuse file that does not name it.",
        HelpName = "name",
    };

    private readonly Option<int?> classes =
        CommonOptions.Optional("--classes", "Classes of a base file that does not say (else what its last layer has).", 2, 100_000);

    private readonly Option<int?> image =
        CommonOptions.Optional("--image", "Height and width of the images the files are for (else what they say, else 32).", 8, 4096);

    private readonly Option<int?> bits = CommonOptions.Optional("--bits", "Bits of a base model's quantized weights, 2 to 8 (else what the file says, else 8). A generator keeps those of its file.", 2, 8);

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
        Load(parsed, path, ModelKind.Base, device, parsed.GetValue(architecture), parsed.GetValue(bits));

    /// <summary>Reads and freezes a generator. It is not what runs at low voltage or in fewer bits, so it keeps its own.</summary>
    public FrozenNetwork LoadFuse(ParseResult parsed, string path, Device device) =>
        Load(parsed, path, ModelKind.Fuse, device, parsed.GetValue(generator), weightBits: null).Network;

    /// <summary>Reads a base model, or makes the named one.</summary>
    public FrozenNetwork Base(ParseResult parsed, string? path, Device device)
    {
        if (path is not null) return LoadBase(parsed, path, device).Network;
        using Network network = FreshBase(parsed, device, " or a file with '--base'");
        return FrozenNetwork.From(network, parsed.GetValue(bits) ?? 8);
    }

    /// <summary>Reads a generator, or makes the named one for images of the base model's size.</summary>
    public FrozenNetwork Fuse(ParseResult parsed, string? path, FrozenNetwork model)
    {
        if (path is not null) return LoadFuse(parsed, path, model.Device);
        using Network network = FreshGenerator(parsed, model, " or a file with '--fuse'");
        return FrozenNetwork.From(network);
    }

    /// <summary>Makes the named base model.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="device">Where it shall live.</param>
    /// <param name="otherwise">What else could have been said, for the message.</param>
    public Network FreshBase(ParseResult parsed, Device device, string otherwise = "")
    {
        string name = parsed.GetValue(architecture) ?? throw new ArgumentException($"Name a base model with '--arch'{otherwise}.");
        return new Network(BaseModel.Define(name, parsed.GetValue(classes) ?? 10, parsed.GetValue(image) ?? 32), device, Seed);
    }

    /// <summary>Makes the named generator, for images of a base model's size.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="model">The base model.</param>
    /// <param name="otherwise">What else could have been said, for the message.</param>
    public Network FreshGenerator(ParseResult parsed, FrozenNetwork model, string otherwise = "")
    {
        string name = parsed.GetValue(generator) ?? throw new ArgumentException($"Name a generator with '--generator'{otherwise}.");
        return new Network(Generator.Define(name, model.Definition.Input.Height), model.Device, Seed);
    }

    private (FrozenNetwork Network, string Dataset) Load(ParseResult parsed, string path, ModelKind kind, Device device, string? name, int? weightBits)
    {
        var hints = new ModelHints(name, parsed.GetValue(classes), weightBits, parsed.GetValue(image));
        (ModelInfo info, Network network) = ModelFile.Load(path, kind, device, hints);
        using (network) return (FrozenNetwork.From(network, info.Bits), info.Dataset);
    }
}
