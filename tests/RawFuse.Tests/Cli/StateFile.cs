using System.Globalization;
using System.Runtime.InteropServices;
using RawFuse.Serialization;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Cli;

/// <summary>
/// Model files as PyTorch's users write them: the state dictionary's names, shapes and order from the goldens' lists, the goldens' numbers, float32,
/// no metadata of ours. Nothing of the program's own models or layouts is involved.
/// </summary>
internal static class StateFile
{
    /// <summary>Writes a model of the goldens.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">Name of a list in Golden/models/state.</param>
    /// <param name="batchCounts">Whether num_batches_tracked is there too.</param>
    /// <param name="change">Changes a tensor or, by null, leaves it out; null changes nothing.</param>
    /// <param name="metadata">What the header says.</param>
    public static void Write(
        string path, string model, bool batchCounts = true, Func<SafetensorsTensor, SafetensorsTensor?>? change = null,
        Dictionary<string, string>? metadata = null)
    {
        IEnumerable<SafetensorsTensor> tensors = Tensors(model).Where(tensor => batchCounts || tensor.Type != SafetensorsType.I64);
        SafetensorsFile.Write(path, [.. tensors.Select(tensor => change is null ? tensor : change(tensor)).OfType<SafetensorsTensor>()], metadata);
    }

    /// <summary>Replaces a tensor by one of another shape that holds zeros.</summary>
    public static Func<SafetensorsTensor, SafetensorsTensor?> Reshape(string name, params int[] shape) =>
        tensor => tensor.Name == name ? SafetensorsTensor.FromFloat32(name, shape, new float[shape.Aggregate(1, (product, size) => product * size)]) : tensor;

    /// <summary>Replaces a tensor's first value.</summary>
    public static Func<SafetensorsTensor, SafetensorsTensor?> Spoil(string name, float value) => tensor =>
    {
        if (tensor.Name != name) return tensor;
        float[] values = tensor.ToFloat32();
        values[0] = value;
        return SafetensorsTensor.FromFloat32(name, tensor.Shape, values);
    };

    private static IEnumerable<SafetensorsTensor> Tensors(string model)
    {
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Golden", "models", "state", model + ".csv")).Skip(1))
        {
            string[] fields = line.Split(',');
            string name = fields[1];
            if (fields[2] == "scalar")
            {
                yield return SafetensorsTensor.FromInt64(name, [], [1000]);
                continue;
            }

            int[] shape = [.. fields[2].Split('x').Select(size => int.Parse(size, CultureInfo.InvariantCulture))];
            float[] values = GoldenFormula.Values(int.Parse(fields[3], CultureInfo.InvariantCulture), uint.Parse(fields[0], CultureInfo.InvariantCulture));
            (double offset, double factor) = shape.Length > 1 ? (0, Math.Sqrt(6.0 / shape[1..].Aggregate(1, (product, size) => product * size)))
                : name.EndsWith("running_var", StringComparison.Ordinal) ? (1, 0.5)
                : name.EndsWith("weight", StringComparison.Ordinal) ? (1, 0.1) : (0.0, 0.1);
            foreach (ref float value in values.AsSpan()) value = (float)(offset + (factor * value));
            yield return new SafetensorsTensor(name, SafetensorsType.F32, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        }
    }
}
