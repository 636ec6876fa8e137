namespace RawFuse.Tests.Support;

/// <summary>
/// A network computed naively in double precision, forward and backward: the oracle of what float32 makes of it. It shares nothing with the engine but the
/// declaration of the layers. Values are [N, H, W, C], parameters in the engine's layout. (Where the declaration itself is in question, or the layouts are,
/// <see cref="Method.NaiveClassifier"/> takes neither.)
/// </summary>
/// <param name="definition">The layers.</param>
/// <param name="parameters">The numbers of a parameter; weights as they are to be used, rounded or faulty.</param>
/// <param name="isTraining">Whether batch normalizations take the batch's statistics, and gradients of parameters are computed.</param>
/// <param name="decisions">
/// Values of a node (by its number) by which the ReLUs, maximum poolings and clamps that read it decide on the way back, where float32 may decide otherwise
/// than double; null for its own.
/// </param>
public sealed class Float64Network(
    NetworkDefinition definition, Func<ParameterSpec, double[]> parameters, bool isTraining, IReadOnlyDictionary<int, float[]>? decisions = null)
{
    private readonly Dictionary<int, double[]> values = [];
    private readonly Dictionary<string, (double[] Mean, double[] Inverse)> statistics = [];
    private int images;

    /// <summary>Gradients of the parameters, by name, after <see cref="Backward"/>.</summary>
    public Dictionary<string, double[]> Gradients { get; } = [];

    /// <summary>The value of a node, after <see cref="Forward"/>.</summary>
    public double[] this[Node node] => values[node.Id];

    /// <summary>Computes the network.</summary>
    public double[] Forward(double[] x)
    {
        images = x.Length / definition.Input.Length;
        values[definition.Input.Id] = x;
        foreach (Layer layer in definition.Layers) values[layer.Output.Id] = Forward(layer);
        return values[definition.Output.Id];
    }

    /// <summary>Computes the gradient of the images and, in training, of the parameters.</summary>
    public double[] Backward(double[] outputGradient)
    {
        var gradients = new Dictionary<int, double[]> { [definition.Output.Id] = outputGradient };
        foreach (Layer layer in definition.Layers.Reverse())
        {
            foreach ((Node input, double[] gradient) in Backward(layer, gradients[layer.Output.Id]))
                gradients[input.Id] = gradients.TryGetValue(input.Id, out double[]? sum) ? [.. sum.Zip(gradient, (a, b) => a + b)] : gradient;
        }

        return gradients[definition.Input.Id];
    }

    private double[] Forward(Layer layer)
    {
        double[] x = values[layer.Inputs[0].Id];
        switch (layer)
        {
            case WeightLayer weighted:
                Float64Convolution sums = SumsOf(weighted);
                double[] weights = parameters(weighted.Weight), y = weighted is ConvTransposeLayer ? sums.Scatter(x, weights) : sums.Gather(x, weights);
                double[]? bias = weighted.Bias is null ? null : parameters(weighted.Bias);
                return bias is null ? y : [.. y.Select((value, i) => value + bias[i % bias.Length])];
            case BatchNormLayer norm:
                return Normalize(norm, x);
            case ActivationLayer activation:
                return activation.Kind switch
                {
                    ActivationKind.Relu => Array.ConvertAll(x, value => Math.Max(value, 0)),
                    ActivationKind.Tanh => Array.ConvertAll(x, Math.Tanh),
                    _ => Array.ConvertAll(x, value => Math.Clamp(value, -1, 1)),
                };
            case PoolLayer { IsMax: true } pool:
                return [.. Winners(pool, i => x[i]).Select(i => x[i])];
            case PoolLayer pool:
                var means = new double[images * layer.Output.Length];
                EachPair(pool, (i, o) => means[o] += x[i] / (pool.Window * pool.Window));
                return means;
            case AddLayer:
                return [.. x.Zip(values[layer.Inputs[1].Id], (a, b) => a + b)];
            case UpsampleLayer or ConcatLayer or PadLayer:
                var moved = new double[images * layer.Output.Length];
                EachMove(layer, (source, i, o) => moved[o] = values[layer.Inputs[source].Id][i]);
                return moved;
            default:
                throw new NotSupportedException(layer.GetType().Name);
        }
    }

    private IEnumerable<(Node Input, double[] Gradient)> Backward(Layer layer, double[] dy)
    {
        Node from = layer.Inputs[0];
        double[] x = values[from.Id], y = values[layer.Output.Id];
        Func<int, double> decide = decisions is null ? i => x[i] : i => decisions[from.Id][i];
        var dx = new double[x.Length];
        switch (layer)
        {
            case WeightLayer weighted:
                bool isTransposed = weighted is ConvTransposeLayer;
                Float64Convolution sums = SumsOf(weighted);
                if (isTraining)
                {
                    Gradients[weighted.Weight.Name] = isTransposed ? sums.Outer(dy, x) : sums.Outer(x, dy);
                    if (weighted.Bias is not null) Gradients[weighted.Bias.Name] = ChannelSums(dy, layer.Output.Channels);
                }

                double[] weights = parameters(weighted.Weight);
                return [(from, isTransposed ? sums.Gather(dy, weights) : sums.Scatter(dy, weights))];
            case BatchNormLayer norm:
                return [(from, NormalizeBackward(norm, x, dy))];
            case ActivationLayer activation:
                return [(from, [.. dy.Select((g, i) => activation.Kind switch
                {
                    ActivationKind.Relu => decide(i) > 0 ? g : 0,
                    ActivationKind.Tanh => g * (1 - (y[i] * y[i])),
                    _ => decide(i) is >= -1 and <= 1 ? g : 0,
                })])];
            case PoolLayer { IsMax: true } pool:
                int[] winners = Winners(pool, decide);
                for (int o = 0; o < winners.Length; o++) dx[winners[o]] += dy[o];
                return [(from, dx)];
            case PoolLayer pool:
                EachPair(pool, (i, o) => dx[i] += dy[o] / (pool.Window * pool.Window));
                return [(from, dx)];
            case AddLayer:
                return [(from, dy), (layer.Inputs[1], dy)];
            case UpsampleLayer or ConcatLayer or PadLayer:
                double[][] moved = [.. layer.Inputs.Select(input => new double[images * input.Length])];
                EachMove(layer, (source, i, o) => moved[source][i] += dy[o]);
                return layer.Inputs.Zip(moved);
            default:
                throw new NotSupportedException(layer.GetType().Name);
        }
    }

    private static Float64Convolution SumsOf(WeightLayer layer) =>
        layer is ConvTransposeLayer
            ? new Float64Convolution(layer.Output, layer.Inputs[0], layer.Weight.Shape, layer.Stride, layer.Padding)
            : new Float64Convolution(layer.Inputs[0], layer.Output, layer.Weight.Shape, layer.Stride, layer.Padding);

    private double[] Normalize(BatchNormLayer layer, double[] x)
    {
        int channels = layer.Output.Channels, rows = x.Length / channels;
        double[] mean = isTraining ? [.. ChannelSums(x, channels).Select(sum => sum / rows)] : parameters(layer.RunningMean);
        double[] variance = isTraining
            ? [.. ChannelSums([.. x.Select((value, i) => (value - mean[i % channels]) * (value - mean[i % channels]))], channels).Select(sum => sum / rows)]
            : parameters(layer.RunningVariance);
        double[] inverse = Array.ConvertAll(variance, v => 1 / Math.Sqrt(v + 1e-5));
        statistics[layer.Name] = (mean, inverse);
        double[] gamma = parameters(layer.Gamma), beta = parameters(layer.Beta);
        return [.. x.Select((value, i) => ((value - mean[i % channels]) * inverse[i % channels] * gamma[i % channels]) + beta[i % channels])];
    }

    private double[] NormalizeBackward(BatchNormLayer layer, double[] x, double[] dy)
    {
        int channels = layer.Output.Channels, rows = x.Length / channels;
        (double[] mean, double[] inverse) = statistics[layer.Name];
        double[] gamma = parameters(layer.Gamma);
        if (!isTraining) return [.. dy.Select((g, i) => g * gamma[i % channels] * inverse[i % channels])];
        double[] normalized = [.. x.Select((value, i) => (value - mean[i % channels]) * inverse[i % channels])];
        double[] sums = Gradients[layer.Beta.Name] = ChannelSums(dy, channels);
        double[] products = Gradients[layer.Gamma.Name] = ChannelSums([.. dy.Select((g, i) => g * normalized[i])], channels);
        return [.. dy.Select((g, i) =>
            gamma[i % channels] * inverse[i % channels] * (g - (sums[i % channels] / rows) - (normalized[i] * products[i % channels] / rows)))];
    }

    private static double[] ChannelSums(double[] x, int channels)
    {
        var sums = new double[channels];
        for (int i = 0; i < x.Length; i++) sums[i % channels] += x[i];
        return sums;
    }

    /// <summary>Per output of a maximum pooling the first of its largest inputs.</summary>
    private int[] Winners(PoolLayer layer, Func<int, double> valueOf)
    {
        int[] winners = [.. Enumerable.Repeat(-1, images * layer.Output.Length)];
        EachPair(layer, (i, o) => winners[o] = winners[o] < 0 || valueOf(i) > valueOf(winners[o]) ? i : winners[o]);
        return winners;
    }

    /// <summary>Every input of every pooling window with its output, windows read row by row, padding left out.</summary>
    private void EachPair(PoolLayer layer, Action<int, int> pair)
    {
        Node from = layer.Inputs[0], into = layer.Output;
        for (int o = 0; o < images * into.Height * into.Width; o++)
        {
            int n = o / (into.Height * into.Width), oy = o / into.Width % into.Height, ox = o % into.Width;
            for (int tap = 0; tap < layer.Window * layer.Window; tap++)
            {
                int y = (oy * layer.Stride) + (tap / layer.Window) - layer.Padding, x = (ox * layer.Stride) + (tap % layer.Window) - layer.Padding;
                if (y < 0 || y >= from.Height || x < 0 || x >= from.Width) continue;
                for (int c = 0; c < from.Channels; c++) pair(Index(from, n, y, x, c), Index(into, n, oy, ox, c));
            }
        }
    }

    /// <summary>Every element that an enlargement, a concatenation or a (centred) padding moves: which input, from where, to where.</summary>
    private void EachMove(Layer layer, Action<int, int, int> move)
    {
        Node into = layer.Output;
        int factor = layer is UpsampleLayer upsample ? upsample.Factor : 1;
        for (int source = 0, channel = 0; source < layer.Inputs.Count; channel += layer.Inputs[source++].Channels)
        {
            Node from = layer.Inputs[source];
            int top = (into.Height - (from.Height * factor)) / 2, left = (into.Width - (from.Width * factor)) / 2;
            for (int n = 0; n < images; n++)
                for (int y = 0; y < from.Height * factor; y++)
                    for (int x = 0; x < from.Width * factor; x++)
                        for (int c = 0; c < from.Channels; c++)
                            move(source, Index(from, n, y / factor, x / factor, c), Index(into, n, y + top, x + left, channel + c));
        }
    }

    private static int Index(Node node, int n, int y, int x, int c) => (((((n * node.Height) + y) * node.Width) + x) * node.Channels) + c;
}
