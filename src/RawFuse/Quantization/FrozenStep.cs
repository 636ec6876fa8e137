namespace RawFuse;

/// <summary>One step of a frozen network: a weight layer with what was folded into it, or any other layer as it is.</summary>
internal sealed class FrozenStep : IDisposable
{

    private FrozenStep(Layer layer, int[] inputs, int output, QuantizedWeights? weights, Tensor? scale, Tensor? shift, bool relu)
    {
        Layer = layer;
        Inputs = inputs;
        Output = output;
        Weights = weights;
        Scale = scale;
        Shift = shift;
        Relu = relu;
    }

    /// <summary>The layer that the step begins with.</summary>
    public Layer Layer { get; }

    /// <summary>Numbers of the values it reads: the images and, where an addition was folded in, the other summand.</summary>
    public int[] Inputs { get; }

    /// <summary>Number of the value it makes.</summary>
    public int Output { get; }

    public QuantizedWeights? Weights { get; }

    /// <summary>Factors of the output channels, or null.</summary>
    public Tensor? Scale { get; }

    /// <summary>Summands of the output channels, or null.</summary>
    public Tensor? Shift { get; }

    /// <summary>Whether negative results become 0.</summary>
    public bool Relu { get; }

    public WeightLayer? WeightLayer => Layer as WeightLayer;

    /// <summary>
    /// Walks through the layers. A weight layer takes in the batch normalization, the addition and the ReLU behind it, each if it is the only
    /// reader of the value before; an addition only if its other summand is already there when the weight layer runs.
    /// </summary>
    public static List<FrozenStep> Fuse(Network network, int bits)
    {
        NetworkDefinition definition = network.Definition;
        var steps = new List<FrozenStep>();
        var folded = new HashSet<Layer>();
        var ready = new HashSet<int> { definition.Input.Id };
        foreach (Layer layer in definition.Layers)
        {
            if (folded.Contains(layer)) continue;
            FrozenStep step = layer switch
            {
                WeightLayer weightLayer => FuseWeightLayer(network, weightLayer, bits, folded, ready),
                BatchNormLayer norm => AloneBatchNorm(network, norm),
                PerturbationLayer perturbation => FinishedPerturbation(network, perturbation),
                _ => new FrozenStep(layer, InputsOf(layer), layer.Output.Id, null, null, null, false),
            };
            steps.Add(step);
            ready.Add(step.Output);
        }

        return steps;
    }

    /// <summary>The order of computation.</summary>
    public static Schedule ScheduleOf(IReadOnlyList<FrozenStep> steps, NetworkDefinition definition) =>
        new([.. steps.Select(step => (step.Inputs, step.Output))], definition.Output.Id);

    /// <summary>Computes the step. What it reads and makes has the sizes that the layer declares: whoever counts what runs may count by those.</summary>
    public Tensor Run(ReadOnlySpan<Tensor> inputs, WeightFaults? faults)
    {
        CheckSize(inputs[0], Layer.Inputs[0]);
        Tensor result = Compute(inputs, faults);
        CheckSize(result, Layer.Output);
        return result;
    }

    public void Dispose()
    {
        Weights?.Dispose();
        Scale?.Dispose();
        Shift?.Dispose();
    }

    private void CheckSize(Tensor tensor, Node declared)
    {
        Shape actual = tensor.Shape;
        if (actual.Rank != 4 || (actual[1], actual[2], actual[3]) != (declared.Height, declared.Width, declared.Channels))
            throw new ShapeException($"Layer '{Layer.Name}' ran on or made {actual}, but declares images of {declared}.");
    }

    private Tensor Compute(ReadOnlySpan<Tensor> inputs, WeightFaults? faults)
    {
        switch (Layer)
        {
            case ConvTransposeLayer transpose:
                return inputs[0].FrozenConvTranspose2d(Weights!, Scale, Shift, Relu, transpose.Stride, transpose.Padding);
            case WeightLayer conv:
                return inputs[0].FrozenConv2d(
                    Weights!, faults?[conv], faults?.Sets ?? 1, Scale, Shift, inputs.Length > 1 ? inputs[1] : null, Relu, conv.Stride, conv.Padding);
            case BatchNormLayer:
                using (Tensor scaled = inputs[0].Multiply(Scale!)) return scaled.Add(Shift!);
            case PerturbationLayer:
                return inputs[0].Add(Shift!);
            default:
                return Layer.Forward(default, inputs);
        }
    }

    private static int[] InputsOf(Layer layer) => [.. layer.Inputs.Select(node => node.Id)];

    private static FrozenStep AloneBatchNorm(Network network, BatchNormLayer norm)
    {
        (Tensor scale, Tensor shift) = Fold(network, norm, null);
        return new FrozenStep(norm, InputsOf(norm), norm.Output.Id, null, scale, shift, false);
    }

    private static FrozenStep FinishedPerturbation(Network network, PerturbationLayer layer)
    {
        // A handle of its own, so that no tape that happens to record takes the frozen values for trained ones.
        using Tensor image = network[layer.Image.Name].Share();
        return new FrozenStep(layer, InputsOf(layer), layer.Output.Id, null, null, image.Tanh(), false);
    }

    private static (Tensor Scale, Tensor Shift) Fold(Network network, BatchNormLayer norm, Tensor? bias) =>
        NormalizationOperations.FoldBatchNorm(
            network[norm.Gamma.Name], network[norm.Beta.Name], network[norm.RunningMean.Name], network[norm.RunningVariance.Name], bias, BatchNormLayer.Epsilon);

    private static FrozenStep FuseWeightLayer(Network network, WeightLayer layer, int bits, HashSet<Layer> folded, HashSet<int> ready)
    {
        NetworkDefinition definition = network.Definition;
        Node value = layer.Output;
        var inputs = new List<int> { layer.Inputs[0].Id };
        Tensor? scale = null, shift = layer.Bias is null ? null : network[layer.Bias.Name].Share();
        bool relu = false;

        if (OnlyReader(definition, value) is BatchNormLayer norm)
        {
            Tensor? bias = shift;
            (scale, shift) = Fold(network, norm, bias);
            bias?.Dispose();
            value = TakeIn(norm);
        }

        if (layer is not ConvTransposeLayer && OnlyReader(definition, value) is AddLayer add && add.Inputs[0] != add.Inputs[1])
        {
            Node other = add.Inputs[0] == value ? add.Inputs[1] : add.Inputs[0];
            if (ready.Contains(other.Id))
            {
                inputs.Add(other.Id);
                value = TakeIn(add);
            }
        }

        if (OnlyReader(definition, value) is ActivationLayer { Kind: ActivationKind.Relu } activation)
        {
            relu = true;
            value = TakeIn(activation);
        }

        return new FrozenStep(layer, [.. inputs], value.Id, network.Quantize(layer.Weight, bits), scale, shift, relu);

        Node TakeIn(Layer next)
        {
            folded.Add(next);
            return next.Output;
        }
    }

    private static Layer? OnlyReader(NetworkDefinition definition, Node value)
    {
        if (value == definition.Output) return null;
        IReadOnlyList<Layer> readers = definition.Readers(value);
        return readers.Count == 1 ? readers[0] : null;
    }
}
