using RawFuse.Kernels;

namespace RawFuse;

/// <summary>Quantization-aware training's forward pass.</summary>
public static class FakeQuantization
{
    /// <summary>
    /// Rounds a tensor to the 2^bits - 1 values of its symmetric quantization: delta = max|x| / (2^(bits-1) - 1), y = round(x / delta) * delta. The gradient
    /// passes straight through.
    /// </summary>
    /// <param name="x">Float weights.</param>
    /// <param name="bits">2 to 8.</param>
    public static Tensor FakeQuantize(this Tensor x, int bits)
    {
        int levels = QuantizedWeights.LevelsOf(bits);
        Tensor y = Tensor.Empty(x.Device, x.Shape);
        using Storage<float> maximum = x.Device.Allocate<float>(1);
        x.Device.Run<AbsoluteMaximum, AbsoluteMaximumArgs>(new(x.Storage, x.Length, maximum));
        x.Device.Run<FakeQuantize, QuantizeArgs>(new(x.Storage, maximum, x.Length, levels, null, y.Storage));
        return Tape.IsNeeded(x) ? Tape.Record(new StraightThroughOperation(), y, x) : y;
    }

    private sealed class StraightThroughOperation : Operation
    {
        protected internal override void Backward(Tensor outputGradient, GradientSink into) => into.Add(0, outputGradient.Share());
    }
}
