using System.Numerics.Tensors;

namespace RawFuse.NeuralFuse.Training;

/// <summary>Says where numbers stop being finite, once a loss is not.</summary>
internal static class NonFinite
{
    /// <summary>Looks for it in a network's forward pass.</summary>
    public static string In(Network network, Tensor images, ForwardMode mode)
    {
        if (!TensorPrimitives.IsFiniteAll<float>(images.ToArray())) return "an image of the batch is not finite";
        return network.FirstNonFinite(images, mode) is { } layer
            ? $"layer '{layer.Name}' of '{network.Definition.Name}' is the first whose output is not finite"
            : $"all layers of '{network.Definition.Name}' are finite, the loss itself is not";
    }
}
