using TorchSharp;

namespace RawFuse.Bench.Ratios.Torch;

/// <summary>
/// A network that is not trained any more, in torch: int8 weights kept once, every batch normalization folded into the weights and bias before it, nothing
/// that requires a gradient.
/// </summary>
internal sealed class FrozenTorchNetwork : IDisposable
{
    private readonly TensorKeeper keeper = new();
    private readonly Dictionary<string, Entry> entries = [];
    private readonly torch.ScalarType precision;

    /// <summary>Folds a network.</summary>
    /// <param name="network">Gives the batch normalizations and biases.</param>
    /// <param name="frozen">Gives the packed weights.</param>
    /// <param name="format">Layout of the weights.</param>
    /// <param name="precision">Type of the weights that are computed with.</param>
    public FrozenTorchNetwork(Network network, FrozenNetwork frozen, MemoryFormat format, torch.ScalarType precision = torch.ScalarType.Float32)
    {
        this.precision = precision;
        Graph = new TorchGraph(network.Definition);
        foreach (FrozenWeights weights in frozen.Weights)
        {
            WeightLayer layer = weights.Layer;
            var packed = new sbyte[weights.Quantized.Shape.Length];
            WeightLayout.HwioToOihw<sbyte>(weights.Quantized.Packed.ToArray(), packed, weights.Quantized.Shape);
            (float[] factor, float[]? bias) = Fold(network, layer, weights.Quantized.Scale);
            entries.Add(layer.Name, new Entry(
                keeper.Make(() => torch.tensor(packed, TorchData.Sizes(layer.Weight.FileShape)).In(format)),
                keeper.Make(() => torch.tensor(factor, FactorShape(layer))),
                bias is null ? null : keeper.Make(() => torch.tensor(bias).to(precision))));
        }

        Clean = new Pass(entries.ToDictionary(entry => entry.Key, entry => (keeper.Make(() => Dequantize(entry.Value, entry.Value.Bytes)), entry.Value.Bias)));
    }

    public TorchGraph Graph { get; }

    /// <summary>The sound weights, dequantized once.</summary>
    public ITorchParameters Clean { get; }

    /// <summary>The weights that a chip's memory makes of the sound ones.</summary>
    public ITorchParameters On(TorchChip chip) =>
        new Pass(entries.ToDictionary(entry => entry.Key, entry => (Stored(entry.Value, chip), entry.Value.Bias)));

    public void Dispose() => keeper.Dispose();

    private torch.Tensor Stored(Entry entry, TorchChip chip)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return Dequantize(entry, chip.ReadBack(entry.Bytes)).MoveToOuterDisposeScope();
    }

    private torch.Tensor Dequantize(Entry entry, torch.Tensor bytes) => bytes.to(torch.ScalarType.Float32).mul_(entry.Factor).to(precision);

    /// <summary>The factor of each output channel, and the bias.</summary>
    private static (float[] Factor, float[]? Bias) Fold(Network network, WeightLayer layer, float delta)
    {
        float[] factor = Enumerable.Repeat(delta, layer.Output.Channels).ToArray();
        float[]? bias = layer.Bias is null ? null : network[layer.Bias.Name].ToArray();
        if (network.Definition.Layers.FirstOrDefault(next => next.Inputs.Contains(layer.Output)) is BatchNormLayer norm)
        {
            float[] gamma = network[norm.Gamma.Name].ToArray(), mean = network[norm.RunningMean.Name].ToArray();
            float[] variance = network[norm.RunningVariance.Name].ToArray(), shift = network[norm.Beta.Name].ToArray();
            for (int i = 0; i < factor.Length; i++)
            {
                float scale = gamma[i] / MathF.Sqrt(variance[i] + BatchNormLayer.Epsilon);
                factor[i] *= scale;
                shift[i] += ((bias is null ? 0 : bias[i]) - mean[i]) * scale;
            }

            bias = shift;
        }

        return (factor, bias);
    }

    /// <summary>The shape in which factors of output channels go with a layer's weights.</summary>
    private static long[] FactorShape(WeightLayer layer)
    {
        var shape = new long[layer.Weight.FileShape.Rank];
        Array.Fill(shape, 1);
        shape[layer is ConvTransposeLayer ? 1 : 0] = layer.Output.Channels;
        return shape;
    }

    private sealed record Entry(torch.Tensor Bytes, torch.Tensor Factor, torch.Tensor? Bias);

    private sealed class Pass(Dictionary<string, (torch.Tensor Weight, torch.Tensor? Bias)> weights) : ITorchParameters
    {
        public (torch.Tensor Weight, torch.Tensor? Bias) Of(WeightLayer layer) => weights[layer.Name];

        public torch.Tensor Normalize(BatchNormLayer layer, torch.Tensor x) => x;
    }
}
