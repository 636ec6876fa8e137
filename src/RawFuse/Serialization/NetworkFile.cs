namespace RawFuse.Serialization;

/// <summary>
/// A network's tensors in a safetensors file, under PyTorch's names and in PyTorch's layouts, as float32. Weights may also come packed: int8, with the
/// scale that makes them floats in NAME.scale.
/// </summary>
public static class NetworkFile
{
    /// <summary>PyTorch counts batches in every batch normalization; nobody here reads the count, but its loader wants it.</summary>
    private const string BatchCount = "num_batches_tracked";

    private const string ScaleSuffix = ".scale";

    /// <summary>Writes all tensors of a network, atomically.</summary>
    /// <param name="network">The network.</param>
    /// <param name="path">The file.</param>
    /// <param name="metadata">What the header says about the model.</param>
    public static void Save(Network network, string path, IReadOnlyDictionary<string, string> metadata)
    {
        var tensors = new List<SafetensorsTensor>();
        foreach (ParameterSpec parameter in network.Definition.Parameters)
        {
            float[] values = parameter.ToFile(network[parameter.Name].ToArray());
            tensors.Add(SafetensorsTensor.FromFloat32(parameter.Name, parameter.FileShape.ToArray(), values));
            if (parameter.Role == ParameterRole.RunningVariance)
                tensors.Add(SafetensorsTensor.FromInt64(BatchCountOf(parameter), [], [0L]));
        }

        SafetensorsFile.Write(path, tensors, metadata);
    }

    /// <summary>Makes a network from a file's tensors. Every tensor must be there, with its shape, finite, and no other.</summary>
    /// <param name="definition">The layers.</param>
    /// <param name="device">Where the numbers shall live.</param>
    /// <param name="file">The file.</param>
    /// <exception cref="FileFormatException">A tensor is missing, unknown, of another shape or type, or not finite; the message names file and tensor.</exception>
    public static Network Load(NetworkDefinition definition, Kernels.Device device, SafetensorsFile file)
    {
        var known = new HashSet<string>();
        var loaded = new Dictionary<string, float[]>();
        var packed = new Dictionary<string, PackedWeights>();
        foreach (ParameterSpec parameter in definition.Parameters)
        {
            known.Add(parameter.Name);
            if (parameter.Role == ParameterRole.RunningVariance) known.Add(BatchCountOf(parameter));
            SafetensorsTensor tensor = TensorOf(file, parameter, definition);
            if (parameter.Role == ParameterRole.Weight && tensor.Type == SafetensorsType.I8)
            {
                known.Add(parameter.Name + ScaleSuffix);
                var bytes = new sbyte[tensor.ElementCount];
                WeightLayout.OihwToHwio(tensor.AsInt8(), bytes, parameter.Shape);
                var weights = new PackedWeights(bytes, ScaleOf(file, parameter.Name));
                packed.Add(parameter.Name, weights);
                loaded.Add(parameter.Name, weights.ToFloats());
            }
            else
            {
                loaded.Add(parameter.Name, parameter.FromFile(ValuesOf(file, parameter, tensor)));
            }
        }

        foreach (SafetensorsTensor tensor in file.Tensors)
            if (!known.Contains(tensor.Name))
                throw new FileFormatException(file.Path, $"tensor '{tensor.Name}' does not belong to network '{definition.Name}'");

        var network = new Network(definition, device, seed: 0);
        foreach ((string name, float[] values) in loaded) network[name].Set(values);
        network.Packed = packed;
        return network;
    }

    private static SafetensorsTensor TensorOf(SafetensorsFile file, ParameterSpec parameter, NetworkDefinition definition)
    {
        if (!file.TryGet(parameter.Name, out SafetensorsTensor? tensor))
            throw new FileFormatException(file.Path, $"tensor '{parameter.Name}' of network '{definition.Name}' is missing");
        if (!tensor.Shape.SequenceEqual(parameter.FileShape.ToArray()))
            throw new FileFormatException(
                file.Path, $"tensor '{parameter.Name}' has shape [{string.Join(", ", tensor.Shape.ToArray())}]; expected {parameter.FileShape}");
        return tensor;
    }

    private static float[] ValuesOf(SafetensorsFile file, ParameterSpec parameter, SafetensorsTensor tensor)
    {
        float[] values = file.FiniteFloats(tensor);
        if (parameter.Role == ParameterRole.RunningVariance && Array.Find(values, value => value < 0) is < 0 and float negative)
            throw new FileFormatException(file.Path, $"tensor '{parameter.Name}' holds {negative}; expected variances of 0 or more");
        return values;
    }

    private static float ScaleOf(SafetensorsFile file, string weight)
    {
        string name = weight + ScaleSuffix;
        if (!file.TryGet(name, out SafetensorsTensor? tensor)) throw new FileFormatException(file.Path, $"tensor '{weight}' is I8 and its scale '{name}' is missing");
        float[] values = file.FiniteFloats(tensor);
        return values is [>= 0] ? values[0] : throw new FileFormatException(file.Path, $"tensor '{name}' is no scale; expected one float of 0 or more");
    }

    private static string BatchCountOf(ParameterSpec runningVariance) => runningVariance.Name[..(runningVariance.Name.LastIndexOf('.') + 1)] + BatchCount;
}
