namespace RawFuse;

/// <summary>How a network is run.</summary>
/// <param name="IsTraining">Whether batch normalization uses (and records) the batch's statistics.</param>
/// <param name="WeightBits">Bits that weights are rounded to on the way, 2 to 8; 0 leaves them as they are.</param>
/// <param name="BatchNormMomentum">Weight of this batch in the running statistics, 0 to 1.</param>
public readonly record struct ForwardMode(bool IsTraining = false, int WeightBits = 0, float BatchNormMomentum = 0.1f);

/// <summary>What a layer sees of the network it runs in.</summary>
internal readonly struct LayerContext(Func<string, Tensor> parameter, ForwardMode mode)
{
    public ForwardMode Mode { get; } = mode;

    public Tensor this[string name] => parameter(name);

    /// <summary>A weight tensor, rounded if the mode says so. The caller disposes it.</summary>
    public Tensor Weight(string name) => Mode.WeightBits > 0 ? this[name].FakeQuantize(Mode.WeightBits) : this[name];
}
