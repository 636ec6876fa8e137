using System.Numerics.Tensors;
using RawFuse.Kernels;

namespace RawFuse;

/// <summary>A network with its numbers on a device, to train and to run in float32.</summary>
public sealed class Network : IDisposable
{
    private readonly Dictionary<string, Tensor> tensors = [];

    /// <summary>Makes a network with fresh parameters: He's uniform weights (bound sqrt(6 / fan in)), zero biases, unit batch normalizations.</summary>
    /// <param name="definition">The layers.</param>
    /// <param name="device">Where the numbers live.</param>
    /// <param name="seed">Equal seeds give equal weights, on every device.</param>
    public Network(NetworkDefinition definition, Device device, ulong seed)
    {
        Definition = definition;
        Device = device;
        var random = new SplitMix64(seed);
        foreach (ParameterSpec parameter in definition.Parameters)
        {
            var values = new float[parameter.Shape.Length];
            if (parameter.Role == ParameterRole.Weight)
            {
                float bound = MathF.Sqrt(6f / parameter.FanIn);
                for (int i = 0; i < values.Length; i++) values[i] = ((2 * random.NextSingle()) - 1) * bound;
            }
            else if (parameter.Role is ParameterRole.Gamma or ParameterRole.RunningVariance)
            {
                Array.Fill(values, 1f);
            }

            Tensor tensor = Tensor.From(device, parameter.Shape, values);
            tensors.Add(parameter.Name, parameter.IsTrained ? tensor.TrackGradient() : tensor);
        }
    }

    /// <summary>The layers.</summary>
    public NetworkDefinition Definition { get; }

    /// <summary>Where the numbers live.</summary>
    public Device Device { get; }

    /// <summary>The tensors that optimizers update, in the definition's order.</summary>
    public IEnumerable<Tensor> TrainedTensors => Definition.Parameters.Where(parameter => parameter.IsTrained).Select(parameter => tensors[parameter.Name]);

    /// <summary>A stored tensor.</summary>
    /// <param name="name">PyTorch's name.</param>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public Tensor this[string name] =>
        tensors.TryGetValue(name, out Tensor? tensor) ? tensor : throw new KeyNotFoundException($"Network '{Definition.Name}' has no tensor '{name}'.");

    /// <summary>Weights that came packed from a file, by name: a network is frozen with these bytes as long as training has not changed what they stand for.</summary>
    internal IReadOnlyDictionary<string, PackedWeights> Packed { get; set; } = new Dictionary<string, PackedWeights>();

    /// <summary>Quantizes a layer's weights, or takes them as they came.</summary>
    internal QuantizedWeights Quantize(ParameterSpec weight, int bits)
    {
        Tensor tensor = this[weight.Name];
        bool asTheyCame = Packed.TryGetValue(weight.Name, out PackedWeights? packed) && packed.Fit(bits) && tensor.ToArray().AsSpan().SequenceEqual(packed.ToFloats());
        return asTheyCame ? new QuantizedWeights(weight.Shape, Device.Allocate<sbyte>(packed!.Bytes), packed.Scale, bits) : QuantizedWeights.From(tensor, bits);
    }

    /// <summary>Runs the network. While a tape is active, gradients of its parameters and of the images can be taken.</summary>
    /// <param name="images">[N, H, W, C].</param>
    /// <param name="mode">Training or inference, and the rounding of weights.</param>
    /// <returns>[N, H, W, C] of the output node; [N, classes] when that is 1 x 1.</returns>
    /// <exception cref="ShapeException">The images have another size.</exception>
    public Tensor Forward(Tensor images, ForwardMode mode = default)
    {
        Definition.CheckInput(images);
        var context = new LayerContext(name => this[name], mode);
        using Tensor result = Definition.Schedule.Run(images, (step, inputs) => Definition.Layers[step].Forward(context, inputs));
        return Definition.Squeeze(result);
    }

    /// <summary>Finds where numbers stop being finite. Batch normalizations record statistics as in <see cref="Forward"/>.</summary>
    /// <param name="images">[N, H, W, C].</param>
    /// <param name="mode">Training or inference, and the rounding of weights.</param>
    /// <returns>The first layer, in the order of computation, whose output holds a NaN or an infinity; null if none does.</returns>
    /// <exception cref="ShapeException">The images have another size.</exception>
    public Layer? FirstNonFinite(Tensor images, ForwardMode mode = default)
    {
        Definition.CheckInput(images);
        var context = new LayerContext(name => this[name], mode);
        Layer? first = null;
        using Tensor result = Definition.Schedule.Run(images, (step, inputs) =>
        {
            Layer layer = Definition.Layers[step];
            Tensor output = layer.Forward(context, inputs);
            if (first is null && !TensorPrimitives.IsFiniteAll<float>(output.ToArray())) first = layer;
            return output;
        });
        return first;
    }

    /// <summary>Takes over all numbers of a network with the same layers on the same device.</summary>
    /// <exception cref="ArgumentException">The network has other layers or lives elsewhere.</exception>
    public void CopyFrom(Network other)
    {
        if (other.Definition != Definition || other.Device != Device) throw new ArgumentException($"'{other.Definition.Name}' is another network or on another device.", nameof(other));
        if (other == this) return;
        var copies = new TensorCopy[Definition.Parameters.Count];
        for (int i = 0; i < copies.Length; i++)
        {
            Tensor to = this[Definition.Parameters[i].Name];
            copies[i] = new TensorCopy(other[Definition.Parameters[i].Name].Storage, to.Storage, to.Length);
        }

        Device.Run<CopyTensors, CopyTensorsArgs>(new(copies));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in tensors.Values) tensor.Dispose();
    }
}
