using RawFuse.Kernels;

namespace RawFuse;

/// <summary>
/// A network as the accelerator holds it: packed int8 weights, never changed again. Each convolution runs together with the batch normalization,
/// the addition and the ReLU that follow it. Faults are not part of the network: each run may name sets of them.
/// </summary>
public sealed class FrozenNetwork : IDisposable
{
    private readonly Schedule schedule;
    private Int8Network? int8;

    private FrozenNetwork(NetworkDefinition definition, Device device, int bits, List<FrozenStep> steps)
    {
        Definition = definition;
        Device = device;
        WeightBits = bits;
        Steps = steps;
        schedule = FrozenStep.ScheduleOf(steps, definition);
        Weights = [.. steps.Where(step => step.Weights is not null).Select(step => new FrozenWeights(step.WeightLayer!, step.Weights!))];
    }

    /// <summary>The layers.</summary>
    public NetworkDefinition Definition { get; }

    /// <summary>Where the weights live.</summary>
    public Device Device { get; }

    /// <summary>Bits of a quantized weight.</summary>
    public int WeightBits { get; }

    /// <summary>The weight tensors in the order of computation.</summary>
    public IReadOnlyList<FrozenWeights> Weights { get; }

    /// <summary>The steps in the order of computation.</summary>
    internal IReadOnlyList<FrozenStep> Steps { get; }

    /// <summary>Called with each weight layer that runs and the number of images; null when nobody counts.</summary>
    public Action<WeightLayer, int>? Observer { get; set; }

    /// <summary>Whether the network computes on int8 activations.</summary>
    public bool IsInt8 => int8 is not null;

    /// <summary>Quantizes a network's weights and folds its batch normalizations, with their running statistics.</summary>
    /// <param name="network">The network; it can be disposed afterwards.</param>
    /// <param name="bits">2 to 8.</param>
    public static FrozenNetwork From(Network network, int bits = 8) =>
        new(network.Definition, network.Device, bits, FrozenStep.Fuse(network, bits));

    /// <summary>
    /// From now on computes on int8 activations: bytes times bytes, in 32-bit sums, exact between one rounding of activations and the next. Faster than floats; without gradients.
    /// </summary>
    /// <param name="ranges">The activations' ranges, of an <see cref="ActivationCalibrator"/> of this network; null goes back to floats.</param>
    /// <exception cref="ArgumentException">The ranges are another network's.</exception>
    public void UseInt8(ActivationRanges? ranges)
    {
        Int8Network? made = ranges is null ? null : new Int8Network(this, ranges);
        int8?.Dispose();
        int8 = made;
    }

    /// <summary>Runs the network. While a tape is active, the gradient of the images can be taken.</summary>
    /// <param name="images">[N, H, W, C]; with S sets of faults, image n runs on set n / (N / S).</param>
    /// <param name="faults">Which bits of the weights are flipped, or null for none.</param>
    /// <returns>[N, H, W, C] of the output node; [N, classes] when that is 1 x 1.</returns>
    /// <exception cref="ShapeException">The images have another size, or cannot be shared equally by the sets.</exception>
    public Tensor Forward(Tensor images, WeightFaults? faults = null)
    {
        Definition.CheckInput(images);
        if (faults is not null) CheckSets(images, faults);
        using Tensor result = int8?.Run(images, faults) ?? schedule.Run(images, (i, inputs) =>
        {
            if (Steps[i].WeightLayer is { } layer) Observer?.Invoke(layer, images.Shape[0]);
            return Steps[i].Run(inputs, faults);
        });
        return Definition.Squeeze(result);
    }

    /// <summary>Refuses images that cannot be shared equally by sets of faults.</summary>
    internal static void CheckSets(Tensor images, WeightFaults faults)
    {
        if (images.Shape[0] % faults.Sets != 0) throw new ShapeException($"{images.Shape[0]} images cannot be shared equally by {faults.Sets} sets of weights.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        int8?.Dispose();
        foreach (FrozenStep step in Steps) step.Dispose();
    }
}

/// <summary>A weight tensor of a frozen network.</summary>
/// <param name="Layer">The layer it belongs to.</param>
/// <param name="Quantized">Its bytes and scale.</param>
public sealed record FrozenWeights(WeightLayer Layer, QuantizedWeights Quantized);
