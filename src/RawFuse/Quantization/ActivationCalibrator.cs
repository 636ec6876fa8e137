namespace RawFuse;

/// <summary>
/// Finds the ranges of a frozen network's activations: runs it in floats, on clean weights, over images such as it will see, and counts how large the values between its
/// layers are.
/// </summary>
public sealed class ActivationCalibrator
{
    /// <summary>
    /// Share of a value's numbers that its range holds where nothing else is said. The few beyond are cut off, and all others are told apart more finely.
    /// </summary>
    public const double StandardShare = 0.9999;

    private readonly FrozenNetwork network;
    private readonly Schedule schedule;
    private readonly Dictionary<int, ActivationHistogram> histograms = [];

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
        Count(0, images);
        using Tensor result = schedule.Run(images, (i, inputs) =>
        {
            FrozenStep step = network.Steps[i];
            Tensor value = step.Run(inputs, null);
            Count(step.Output, value);
            return value;
        });
        Images += images.Shape[0];
    }

    /// <summary>The ranges of the images seen so far.</summary>
    /// <param name="share">Share of each value's numbers that its range holds: more than 0, at most 1.</param>
    /// <exception cref="InvalidOperationException">No images were seen.</exception>
    public ActivationRanges Ranges(double share = StandardShare)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);
        if (Images == 0) throw new InvalidOperationException("A calibrator that has seen no images knows no ranges.");
        return new ActivationRanges(network.Definition, histograms.ToDictionary(pair => pair.Key, pair => pair.Value.Range(share)));
    }

    private void Count(int value, Tensor numbers)
    {
        if (!histograms.TryGetValue(value, out ActivationHistogram? histogram)) histograms.Add(value, histogram = new ActivationHistogram());
        histogram.Add(numbers.ToArray());
    }
}
