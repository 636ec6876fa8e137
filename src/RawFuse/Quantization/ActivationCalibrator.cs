using System.Numerics.Tensors;

namespace RawFuse;

/// <summary>
/// Finds the ranges of a frozen network's activations: runs it in floats, on clean weights, over images such as it will see, and notes the largest values between its layers.
/// <para>
/// Ranges hold all values seen. Cutting off the largest ones, one in ten thousand and more, was measured to gain nothing on clean weights and to cost accuracy on faulty ones,
/// whose activations are larger.
/// </para>
/// </summary>
public sealed class ActivationCalibrator
{
    private readonly FrozenNetwork network;
    private readonly Schedule schedule;
    private readonly Dictionary<int, ActivationRange> ranges = [];

    /// <summary>Starts with no images.</summary>
    /// <param name="network">The network.</param>
    public ActivationCalibrator(FrozenNetwork network)
    {
        this.network = network;
        schedule = FrozenStep.ScheduleOf(network.Steps, network.Definition);
    }

    /// <summary>Images seen so far.</summary>
    public int Images { get; private set; }

    /// <summary>Runs a batch of images.</summary>
    /// <param name="images">[N, H, W, C].</param>
    /// <exception cref="ShapeException">The images have another size.</exception>
    /// <exception cref="ArgumentException">A pixel or an activation is NaN or infinite.</exception>
    public void Observe(Tensor images)
    {
        network.Definition.CheckInput(images);
        if (images.Shape[0] == 0) return;
        Widen(0, images);
        using Tensor result = schedule.Run(images, (i, inputs) =>
        {
            FrozenStep step = network.Steps[i];
            Tensor value = step.Run(inputs, null);
            Widen(step.Output, value);
            return value;
        });
        Images += images.Shape[0];
    }

    /// <summary>The ranges of the images seen so far.</summary>
    /// <exception cref="InvalidOperationException">No images were seen.</exception>
    public ActivationRanges Ranges()
    {
        if (Images == 0) throw new InvalidOperationException("A calibrator that has seen no images knows no ranges.");
        return new ActivationRanges(network.Definition, new Dictionary<int, ActivationRange>(ranges));
    }

    private void Widen(int value, Tensor tensor)
    {
        float[] numbers = tensor.ToArray();
        float least = TensorPrimitives.Min<float>(numbers), most = TensorPrimitives.Max<float>(numbers);
        if (!float.IsFinite(least) || !float.IsFinite(most)) throw new ArgumentException("Activations that are NaN or infinite have no range.");
        ranges.TryGetValue(value, out ActivationRange known);
        ranges[value] = new ActivationRange(Math.Max(known.Largest, Math.Max(most, -least)), known.IsSigned || least < 0);
    }
}
