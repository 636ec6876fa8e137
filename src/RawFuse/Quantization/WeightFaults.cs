using RawFuse.Kernels;

namespace RawFuse;

/// <summary>
/// Sets of faulty weights of one frozen network: per weight tensor a mask [sets, weights] of the bits that differ from the clean bytes,
/// in the bytes' order (HWIO). The clean bytes stay shared and untouched.
/// </summary>
public sealed class WeightFaults : IDisposable
{
    private readonly Dictionary<string, Storage<byte>> masks = [];

    /// <summary>Makes masks whose contents are undefined until written.</summary>
    /// <param name="network">The network.</param>
    /// <param name="sets">Number of sets, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    /// <exception cref="OverflowException">A tensor's masks exceed 2 GB.</exception>
    public WeightFaults(FrozenNetwork network, int sets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sets, 1);
        Sets = sets;
        foreach (FrozenWeights weights in network.Weights)
            masks.Add(weights.Layer.Name, network.Device.Allocate<byte>(checked(sets * weights.Quantized.Shape.Length)));
    }

    /// <summary>Number of sets.</summary>
    public int Sets { get; }

    /// <summary>The mask of a layer's weights, [sets, weights].</summary>
    public Storage<byte> this[WeightLayer layer] => masks[layer.Name];

    /// <summary>Refuses the number of a set that is not there.</summary>
    /// <param name="set">Which set, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such set.</exception>
    public void CheckSet(int set)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(set);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(set, Sets);
    }

    /// <summary>Makes a set fault-free.</summary>
    /// <param name="set">Which set, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such set.</exception>
    public void Clear(int set)
    {
        CheckSet(set);
        foreach (Storage<byte> mask in masks.Values)
        {
            int length = mask.Length / Sets;
            mask.Device.Run<Fill<byte>, FillArgs<byte>>(new(mask, set * length, length, 0));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Storage<byte> mask in masks.Values) mask.Dispose();
    }
}
