using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RawFuse.Serialization;

namespace RawFuse.NeuralFuse.Training.Checkpoints;

/// <summary>
/// A training's state as a safetensors file: all tensors as they lie in memory, and in the metadata the numbers and the settings they go with. A hash over all of it tells a file that
/// is damaged from one that is whole.
/// </summary>
internal static class Checkpoint
{
    private const string Format = "rawfuse-checkpoint-1";
    private const string Updates = "optimizer.updates";
    private const string SettingPrefix = "setting.";

    /// <summary>Writes a checkpoint; it appears complete or not at all.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Save(TrainingState state, IEnumerable<KeyValuePair<string, string>> settings, string path)
    {
        ITrainingMethod method = state.Method;
        var tensors = new List<SafetensorsTensor>();
        foreach ((string name, Tensor tensor) in state.Tensors) tensors.Add(SafetensorsTensor.FromFloat32(name, tensor.Shape.ToArray(), tensor.ToArray()));
        long[] updates = Array.ConvertAll(method.Optimizer.Updates.ToArray(), count => (long)count);
        tensors.Add(SafetensorsTensor.FromInt64(Updates, [updates.Length], updates));
        var metadata = new Dictionary<string, string>
        {
            ["format"] = Format,
            ["step"] = method.Optimizer.Steps.ToString(CultureInfo.InvariantCulture),
            ["random"] = method.RandomState.ToString(CultureInfo.InvariantCulture),
        };
        if (state.Best is { } best)
        {
            metadata["best.score"] = best.Score.ToString("R", CultureInfo.InvariantCulture);
            metadata["best.waited"] = best.Waited.ToString(CultureInfo.InvariantCulture);
            metadata["best.epochs"] = best.Epochs.ToString(CultureInfo.InvariantCulture);
        }

        foreach ((string name, string value) in settings) metadata[SettingPrefix + name] = value;
        metadata["sha256"] = HashOf(metadata, tensors);
        SafetensorsFile.Write(path, tensors, metadata);
    }

    /// <summary>Makes a training's state what a file says, or leaves it alone.</summary>
    /// <exception cref="FileFormatException">The file is damaged or no checkpoint.</exception>
    /// <exception cref="ArgumentException">It belongs to another training.</exception>
    public static void Load(string path, TrainingState state, IEnumerable<KeyValuePair<string, string>> settings)
    {
        SafetensorsFile file = SafetensorsFile.Read(path);
        if (Text("format") != Format) throw new FileFormatException(path, $"metadata 'format' is '{Text("format")}'; expected '{Format}'");
        if (Text("sha256") != HashOf(file.Metadata, file.Tensors)) throw new FileFormatException(path, "is damaged: its SHA-256 is not the one it was written with");
        RequireSame(file, settings);

        (string Name, Tensor Tensor)[] tensors = [.. state.Tensors];
        SafetensorsTensor[] found = Array.ConvertAll(tensors, pair => TensorOf(file, pair.Name, pair.Tensor.Shape));
        int[] updates = Array.ConvertAll(file.Get(Updates).AsInt64().ToArray(), count => checked((int)count));
        state.Method.Optimizer.Resume((int)Number("step"), updates);
        state.Method.RandomState = Number("random");
        state.Best?.Resume(double.Parse(Text("best.score"), CultureInfo.InvariantCulture), (int)Number("best.waited"), (int)Number("best.epochs"));
        for (int i = 0; i < tensors.Length; i++) tensors[i].Tensor.Set(found[i].AsFloat32());

        string Text(string key) => file.Metadata.TryGetValue(key, out string? value) ? value : "";

        ulong Number(string key) => ulong.Parse(Text(key), CultureInfo.InvariantCulture);
    }

    private static void RequireSame(SafetensorsFile file, IEnumerable<KeyValuePair<string, string>> settings)
    {
        foreach ((string name, string value) in settings)
        {
            string saved = file.Metadata.TryGetValue(SettingPrefix + name, out string? text) ? text : "nothing";
            if (saved != value)
                throw new ArgumentException($"{file.Path}: belongs to another training: its {name} is {saved}, here it is {value}. Train as before, or choose another folder.");
        }
    }

    private static SafetensorsTensor TensorOf(SafetensorsFile file, string name, Shape shape)
    {
        SafetensorsTensor tensor = file.Get(name);
        return tensor.Type == SafetensorsType.F32 && tensor.Shape.SequenceEqual(shape.ToArray())
            ? tensor
            : throw new FileFormatException(file.Path, $"tensor '{name}' has shape [{string.Join(", ", tensor.Shape.ToArray())}]; expected {shape}");
    }

    /// <summary>SHA-256 of the metadata, in the order of its keys, and of all tensors, in the file's order.</summary>
    private static string HashOf(IReadOnlyDictionary<string, string> metadata, IReadOnlyList<SafetensorsTensor> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string key, string value) in metadata.Where(pair => pair.Key != "sha256").OrderBy(pair => pair.Key, StringComparer.Ordinal)) AppendText($"{key}\0{value}\0");
        foreach (SafetensorsTensor tensor in tensors)
        {
            AppendText($"{tensor.Name}\0{tensor.Type}\0{string.Join(',', tensor.Shape.ToArray())}\0");
            hash.AppendData(tensor.Bytes.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void AppendText(string text) => hash.AppendData(Encoding.UTF8.GetBytes(text));
    }
}
