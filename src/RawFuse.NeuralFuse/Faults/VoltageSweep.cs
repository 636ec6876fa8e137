using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Faults;

/// <summary>
/// A network's weights on one chip whose voltage goes up and down. Faults nest in the bit error rate, so few weights change from one
/// voltage to the next, and only those are written. Wherever the sweep has been, the faults are those of a fresh draw.
/// </summary>
public sealed class VoltageSweep : IDisposable
{
    private readonly FrozenNetwork network;
    private readonly WeightFaults faults;
    private readonly int set;
    private readonly Storage<byte> next;
    private readonly Storage<int> touched;

    /// <summary>Starts at a chip's bit error rate.</summary>
    /// <param name="network">The network.</param>
    /// <param name="chip">The chip, without transient faults: those have no state to move.</param>
    /// <param name="faults">Holds the faults; others leave the set alone during the sweep.</param>
    /// <param name="set">Which set of them, from 0.</param>
    /// <exception cref="ArgumentException">The chip has transient faults, or there is no such set.</exception>
    public VoltageSweep(FrozenNetwork network, Chip chip, WeightFaults faults, int set = 0)
    {
        CheckSteady(chip);
        this.network = network;
        this.faults = faults;
        this.set = set;
        Chip = chip;
        using (var memory = new ChipMemory(network.Device, chip)) memory.Draw(network, faults, set);
        next = network.Device.Allocate<byte>(network.Weights.Max(weights => weights.Quantized.Shape.Length));
        touched = network.Device.Allocate<int>(1);
    }

    /// <summary>The chip as it is now.</summary>
    public Chip Chip { get; private set; }

    /// <summary>Moves to another bit error rate. At 0 all weights are clean, unless whole rows or columns are faulty.</summary>
    /// <param name="bitErrorRate">Probability that a cell is faulty on its own, 0 to 1.</param>
    /// <returns>Number of weights whose byte changed: no other one was written.</returns>
    /// <exception cref="ArgumentException">The value is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The chip's faults are known at one voltage only.</exception>
    public long MoveTo(double bitErrorRate) => MoveTo(Chip.WithBitErrorRate(bitErrorRate));

    /// <summary>Moves to another chip, or to other rates of rows and columns.</summary>
    /// <param name="chip">The chip, without transient faults.</param>
    /// <returns>Number of weights whose byte changed: no other one was written.</returns>
    /// <exception cref="ArgumentException">The chip has transient faults.</exception>
    public long MoveTo(Chip chip)
    {
        CheckSteady(chip);
        Device device = network.Device;
        using var memory = new ChipMemory(device, chip);
        long sum = 0;
        foreach ((FrozenWeights weights, SramPlace place) in network.Weights.Zip(memory.PlacesOf(network)))
        {
            Span<int> count = [0];
            device.Upload<int>(count, touched);
            memory.DrawMask(weights.Quantized, place, next);
            device.Run<UpdateFaultMask, UpdateFaultMaskArgs>(new(next, place.Weights, faults[weights.Layer], set * place.Weights, touched));
            device.Download(touched, count);
            sum += count[0];
        }

        Chip = chip;
        return sum;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        next.Dispose();
        touched.Dispose();
    }

    private static void CheckSteady(Chip chip)
    {
        if (chip.Options.TransientRate > 0) throw new ArgumentException("Transient faults differ with every access: there is nothing to move.", nameof(chip));
    }
}
