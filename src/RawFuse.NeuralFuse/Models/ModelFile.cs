using System.Globalization;
using RawFuse.Kernels;
using RawFuse.Serialization;

namespace RawFuse.NeuralFuse.Models;

/// <summary>
/// Model files: safetensors with PyTorch's names and layouts, float32 parameters and buffers. The header's metadata says what the model is; a file
/// without it (written by PyTorch) can be read by one who knows.
/// </summary>
public static class ModelFile
{
    /// <summary>Version of the metadata's keys.</summary>
    public const string Format = "rawfuse-1";

    /// <summary>Writes a model, atomically.</summary>
    public static void Save(Network network, ModelInfo info, string path) =>
        NetworkFile.Save(network, path, new Dictionary<string, string>
        {
            ["format"] = Format,
            ["kind"] = info.Kind == ModelKind.Base ? "base" : "fuse",
            [ArchitectureKey(info.Kind)] = info.Architecture,
            ["classes"] = info.Classes.ToString(CultureInfo.InvariantCulture),
            ["image"] = info.Image.ToString(CultureInfo.InvariantCulture),
            ["bits"] = info.Bits.ToString(CultureInfo.InvariantCulture),
            ["dataset"] = info.Dataset,
        });

    /// <summary>Reads a model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">What it must hold.</param>
    /// <param name="device">Where the numbers shall live.</param>
    /// <param name="hints">What to assume where the file's metadata is silent.</param>
    /// <exception cref="FileFormatException">The file is damaged, holds something else, or does not say what it holds and the hints do not either.</exception>
    public static (ModelInfo Info, Network Network) Load(string path, ModelKind kind, Device device, ModelHints hints)
    {
        SafetensorsFile file = SafetensorsFile.Read(path);
        (ModelInfo info, NetworkDefinition definition) = Describe(file, kind, hints);
        return (info, NetworkFile.Load(definition, device, file));
    }

    /// <summary>Says what a model file holds, by its header alone.</summary>
    /// <inheritdoc cref="Load"/>
    public static ModelInfo Describe(string path, ModelKind kind, ModelHints hints) => Describe(SafetensorsFile.Read(path), kind, hints).Info;

    private static (ModelInfo Info, NetworkDefinition Definition) Describe(SafetensorsFile file, ModelKind kind, ModelHints hints)
    {
        try
        {
            ModelInfo info = InfoOf(file, kind, hints);
            return (info, info.Define());
        }
        catch (ArgumentException exception)
        {
            throw new FileFormatException(file.Path, exception.Message.Split(" (Parameter")[0]);
        }
    }

    private static ModelInfo InfoOf(SafetensorsFile file, ModelKind kind, ModelHints hints)
    {
        string wanted = kind == ModelKind.Base ? "base" : "fuse";
        if (file.Metadata.TryGetValue("kind", out string? found) && found != wanted)
            throw new FileFormatException(file.Path, $"holds a model of kind '{found}'; expected '{wanted}'");
        if (Text("format") is { } format && format != Format) throw new FileFormatException(file.Path, $"metadata 'format' is '{format}'; expected '{Format}'");
        string architecture = Agreed(ArchitectureKey(kind), Text(ArchitectureKey(kind)), hints.Architecture)
            ?? throw new FileFormatException(file.Path, $"metadata '{ArchitectureKey(kind)}' is missing; name it with --{ArchitectureKey(kind)}");
        int bits = hints.Bits ?? Number("bits", 2, 8) ?? 8;
        int image = Sized("image", 8, 4096, hints.Image) ?? 32;
        int classes = kind == ModelKind.Fuse
            ? Number("classes", 2, 100_000) ?? hints.Classes ?? 0
            : Sized("classes", 2, 100_000, hints.Classes) ?? ClassesOf(file, architecture, image);
        return new ModelInfo(kind, architecture, classes, image, bits, Text("dataset") ?? "");

        string? Text(string key) => file.Metadata.TryGetValue(key, out string? value) ? value : null;

        // What a file says of itself is not overruled; who says otherwise means another file.
        string? Agreed(string key, string? said, string? hint) => said is null || hint is null || said.Equals(hint, StringComparison.OrdinalIgnoreCase)
            ? said ?? hint
            : throw new FileFormatException(file.Path, $"metadata '{key}' is '{said}', the command line says '{hint}'");

        int? Sized(string key, int low, int high, int? hint)
        {
            int? said = Number(key, low, high);
            Agreed(key, said?.ToString(CultureInfo.InvariantCulture), hint?.ToString(CultureInfo.InvariantCulture));
            return said ?? hint;
        }

        int? Number(string key, int low, int high)
        {
            if (Text(key) is not { } text) return null;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= low && value <= high) return value;
            throw new FileFormatException(file.Path, $"metadata '{key}' is '{text}'; expected a number from {low} to {high}");
        }
    }

    /// <summary>The number of classes by the last layer's weights, which have a row for each.</summary>
    private static int ClassesOf(SafetensorsFile file, string architecture, int image)
    {
        string last = BaseModels.BaseModel.Define(architecture, classes: 2, image).Parameters.Last(parameter => parameter.Role == ParameterRole.Weight).Name;
        return file.TryGet(last, out SafetensorsTensor? tensor) && tensor.Shape is [>= 2 and <= 100_000, _]
            ? tensor.Shape[0]
            : throw new FileFormatException(
                file.Path, $"metadata 'classes' is missing, and no tensor '{last}' of shape [classes, inputs] tells it; give it with --classes");
    }

    private static string ArchitectureKey(ModelKind kind) => kind == ModelKind.Base ? "arch" : "generator";
}

/// <summary>What a user says of a model file that does not describe itself.</summary>
/// <param name="Architecture">Base model or generator.</param>
/// <param name="Classes">Number of classes of a base model.</param>
/// <param name="Bits">Bits of the quantized weights; goes before what the file says.</param>
/// <param name="Image">Height and width of the images in pixels; 32 where neither the file nor the hint says.</param>
public sealed record ModelHints(string? Architecture = null, int? Classes = null, int? Bits = null, int? Image = null);
