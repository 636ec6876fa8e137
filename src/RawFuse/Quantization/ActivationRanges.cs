namespace RawFuse;

/// <summary>The ranges of all values between the layers of one frozen network, as an <see cref="ActivationCalibrator"/> found them.</summary>
public sealed class ActivationRanges
{
    private readonly IReadOnlyDictionary<int, ActivationRange> ranges;

    internal ActivationRanges(NetworkDefinition definition, IReadOnlyDictionary<int, ActivationRange> ranges)
    {
        Definition = definition;
        this.ranges = ranges;
    }

    /// <summary>The network's layers.</summary>
    public NetworkDefinition Definition { get; }

    /// <summary>The range of a value that the frozen network really computes.</summary>
    /// <exception cref="KeyNotFoundException">It does not: what follows the value was folded into the layer that makes it.</exception>
    public ActivationRange this[Node value] => this[value.Id];

    internal ActivationRange this[int value] => ranges[value];
}
