using TorchSharp;
using static TorchSharp.torch.nn;

namespace RawFuse.Bench.Ratios.Torch;

/// <summary>
/// A network in torch's functions. It walks the layers of our own declaration, so that both sides compute the same. As a careful user of torch would, it
/// lets go of every value after its last use, and adds and rectifies in place where no one else needs what is overwritten.
/// </summary>
internal sealed class TorchGraph
{
    private readonly NetworkDefinition definition;
    private readonly Dictionary<int, int> lastUse = [];
    private readonly HashSet<int> overwritable = [];

    public TorchGraph(NetworkDefinition definition)
    {
        this.definition = definition;
        var readers = new Dictionary<int, int>();
        for (int i = 0; i < definition.Layers.Count; i++)
        {
            foreach (Node node in definition.Layers[i].Inputs)
            {
                lastUse[node.Id] = i;
                readers[node.Id] = readers.GetValueOrDefault(node.Id) + 1;
            }
        }

        // The gradients of these three need what they read, or nothing, but never what they made.
        foreach (Layer layer in definition.Layers)
            if (layer is WeightLayer or BatchNormLayer or AddLayer && readers.GetValueOrDefault(layer.Output.Id) == 1)
                overwritable.Add(layer.Output.Id);
    }

    /// <summary>Runs the network on images [N, C, H, W]; the result is [N, C, H, W], or [N, classes] when the output node is one pixel.</summary>
    public torch.Tensor Forward(torch.Tensor images, ITorchParameters parameters)
    {
        var values = new Dictionary<int, torch.Tensor> { [definition.Input.Id] = images };
        for (int i = 0; i < definition.Layers.Count; i++)
        {
            Layer layer = definition.Layers[i];
            torch.Tensor[] inputs = [.. layer.Inputs.Select(node => values[node.Id])];
            torch.Tensor result = Run(layer, inputs, parameters);
            values[layer.Output.Id] = result;
            foreach (int node in layer.Inputs.Select(node => node.Id).Distinct().Where(node => lastUse[node] == i))
            {
                if (!ReferenceEquals(values[node], result) && !ReferenceEquals(values[node], images)) values[node].Dispose();
                values.Remove(node);
            }
        }

        torch.Tensor output = values[definition.Output.Id];
        return definition.Output is { Height: 1, Width: 1 } ? output.flatten(1) : output;
    }

    private torch.Tensor Run(Layer layer, torch.Tensor[] x, ITorchParameters parameters)
    {
        bool inPlace = overwritable.Contains(layer.Inputs[0].Id);
        switch (layer)
        {
            case LinearLayer linear:
            {
                (torch.Tensor weight, torch.Tensor? bias) = parameters.Of(linear);
                return functional.linear(x[0].flatten(1), weight, bias);
            }

            case WeightLayer weights:
            {
                (torch.Tensor weight, torch.Tensor? bias) = parameters.Of(weights);
                long[] stride = [weights.Stride, weights.Stride], padding = [weights.Padding, weights.Padding];
                return weights is ConvTransposeLayer
                    ? functional.conv_transpose2d(x[0], weight, bias, stride, padding)
                    : functional.conv2d(x[0], weight, bias, stride, padding);
            }

            case BatchNormLayer norm:
                return parameters.Normalize(norm, x[0]);
            case ActivationLayer { Kind: ActivationKind.Relu }:
                return inPlace ? x[0].relu_() : x[0].relu();
            case ActivationLayer { Kind: ActivationKind.Tanh }:
                return x[0].tanh();
            case ActivationLayer clamp:
                return x[0].clamp(clamp.Min, clamp.Max);
            case PoolLayer { IsMax: true } pool:
                return functional.max_pool2d(x[0], pool.Window, pool.Stride, pool.Padding);
            case PoolLayer pool:
                return functional.avg_pool2d(x[0], pool.Window, pool.Stride);
            case UpsampleLayer:
                return functional.interpolate(x[0], [layer.Output.Height, layer.Output.Width], mode: torch.InterpolationMode.Nearest);
            case AddLayer:
                return inPlace ? x[0].add_(x[1]) : x[0].add(x[1]);
            case ConcatLayer:
                return torch.cat([x[0], x[1]], 1);
            case PadLayer pad:
                Node from = pad.Inputs[0], to = pad.Output;
                return functional.pad(x[0], [pad.Left, to.Width - from.Width - pad.Left, pad.Top, to.Height - from.Height - pad.Top]);
            default:
                throw new NotSupportedException($"'{definition.Name}': layer '{layer.Name}' has no form in torch here.");
        }
    }
}
