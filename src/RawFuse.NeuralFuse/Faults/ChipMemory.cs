using System.Runtime.InteropServices;
using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Faults;

/// <summary>
/// A chip's SRAM on a device: it says what becomes of weights that are stored in it. Maps (256 KB for the reference
/// implementation's) are kept here, so that they are drawn once for all tensors; other chips need no memory.
/// Not for several threads at once.
/// </summary>
public sealed class ChipMemory : IDisposable
{
    private readonly Device device;
    private readonly CellMap? permanent;
    private CellMap? transient;
    private long transientAccess = -1;

    /// <summary>Brings a chip to a device.</summary>
    public ChipMemory(Device device, Chip chip)
    {
        this.device = device;
        Chip = chip;
        if (chip.Map is { } map) permanent = CellMap.Of(device, map, isPadded: chip.Mapping == SramMapping.Physical);
        else if (chip.Mapping != SramMapping.Physical) permanent = CellMap.OfReference(device, chip);
    }

    /// <summary>The chip.</summary>
    public Chip Chip { get; }

    /// <summary>What stored weights go through, one pass after the other: faults that stay, and transient ones where there are any.</summary>
    private int Passes => Chip.Options.TransientRate > 0 ? 2 : 1;

    private long Groups => Chip.Geometry?.Groups ?? FaultCells.MaximumGroups;

    /// <summary>Replaces weights, in place, by what the memory makes of them.</summary>
    /// <param name="bytes">
    /// The tensor in PyTorch's order (OIHW, or [out, in]), a byte per weight: a two's complement number of the place's bits, sign-extended.
    /// </param>
    /// <param name="place">Its place in the memory.</param>
    /// <param name="access">Number of the access that reads them; it matters to transient faults alone.</param>
    /// <exception cref="ArgumentException">The buffer is shorter than the tensor, or the place is for other numbers than the chip's.</exception>
    public void Inject(Storage<sbyte> bytes, SramPlace place, long access = 0)
    {
        for (int pass = 0; pass < Passes; pass++) device.Run<InjectFaults, InjectFaultsArgs>(new(bytes, place.Weights, Cells(pass, place, access)));
    }

    /// <summary>
    /// Computes which bits of a layer's weights the memory changes, in the engine's order. <see cref="ApplyFaultMask"/>
    /// makes the weights faulty with it, and once more clean again.
    /// </summary>
    /// <param name="packed">Clean weights [taps, in, out], a byte each.</param>
    /// <param name="outChannels">Output channels.</param>
    /// <param name="inChannels">Input channels.</param>
    /// <param name="taps">Kernel height times width; 1 for a linear layer.</param>
    /// <param name="place">The tensor's place in the memory.</param>
    /// <param name="mask">Where the mask goes.</param>
    /// <param name="maskOffset">First byte of the mask in there.</param>
    /// <param name="access">Number of the access that reads the weights; it matters to transient faults alone.</param>
    /// <exception cref="ArgumentException">The place is for another number of weights, or a buffer is too short.</exception>
    public void DrawMask(
        Storage<sbyte> packed, int outChannels, int inChannels, int taps, SramPlace place, Storage<byte> mask, int maskOffset = 0, long access = 0)
    {
        if ((long)outChannels * inChannels * taps != place.Weights)
            throw new ArgumentException($"'{place.Name}': {outChannels} x {inChannels} x {taps} weights, but its place is for {place.Weights}.");
        for (int pass = 0; pass < Passes; pass++)
            device.Run<DrawFaultMask, DrawFaultMaskArgs>(new(packed, outChannels, inChannels, taps, Cells(pass, place, access), mask, maskOffset, pass > 0));
    }

    /// <summary>Writes the faults of a network's weights, which lie here in the order of computation, into one set.</summary>
    /// <param name="network">The network.</param>
    /// <param name="faults">Receives the masks of all weight tensors.</param>
    /// <param name="set">Which set, from 0.</param>
    /// <param name="access">Number of the forward pass that will see these faults; it matters to transient faults alone.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such set, or no such access.</exception>
    public void Draw(FrozenNetwork network, WeightFaults faults, int set, long access = 0)
    {
        faults.CheckSet(set);
        Draw(network, PlacesOf(network), faults, set, access);
    }

    /// <summary>Does the same to weights on the host, and counts.</summary>
    /// <param name="weights">The tensor in PyTorch's order (OIHW, or [out, in]).</param>
    /// <param name="place">Its place in the memory.</param>
    /// <param name="access">Number of the access that reads them; it matters to transient faults alone.</param>
    /// <exception cref="ArgumentException">The place is for another number of weights, or a weight has more bits than the place is for.</exception>
    public FaultReport InjectAndCount(Span<sbyte> weights, SramPlace place, long access = 0)
    {
        if (weights.Length != place.Weights) throw new ArgumentException($"'{place.Name}': {weights.Length} weights, but its place is for {place.Weights}.");
        int levels = QuantizedWeights.LevelsOf(place.Bits), beyond = weights.IndexOfAnyExceptInRange((sbyte)(-levels - 1), (sbyte)levels);
        if (beyond >= 0) throw new ArgumentException($"'{place.Name}': weight {beyond} is {weights[beyond]}, which {place.Bits} bits do not hold.");

        FaultCells cells = Permanent(place);
        Span<byte> stored = MemoryMarshal.AsBytes(weights);
        byte[] zeros = ReadBack(new byte[stored.Length], [cells]);
        byte[] ones = ReadBack([.. Enumerable.Repeat(byte.MaxValue, stored.Length)], [cells]);
        byte[] read = ReadBack(stored, [.. Enumerable.Range(0, Passes).Select(pass => Cells(pass, place, access))]);
        FaultCounts counts = FaultCounts.Of(cells.Exposed, zeros, ones, stored, read);
        int same = 0;
        for (int i = 0; i < read.Length; i++) same += stored[i] == read[i] ? 1 : 0;
        read.CopyTo(stored);
        return new FaultReport(place.Name, place.Weights, place.Bits, Chip.Cells, Chip.CellErrorRate, counts, read.Length - same);
    }

    /// <summary>Counts what becomes of a network's weights, which stay as they are.</summary>
    /// <param name="network">The network.</param>
    /// <param name="access">Number of the access that reads them; it matters to transient faults alone.</param>
    public FaultSummary Count(FrozenNetwork network, long access = 0)
    {
        var reports = new List<FaultReport>();
        foreach ((FrozenWeights weights, SramPlace place) in network.Weights.Zip(PlacesOf(network)))
        {
            sbyte[] packed = weights.Quantized.Packed.ToArray(), stored = new sbyte[packed.Length];
            WeightLayout.HwioToOihw<sbyte>(packed, stored, weights.Quantized.Shape);
            reports.Add(InjectAndCount(stored, place, access));
        }

        return new FaultSummary(reports, Chip.CellErrorRate);
    }

    /// <summary>Gives the maps' memory back.</summary>
    public void Dispose()
    {
        permanent?.Dispose();
        transient?.Dispose();
    }

    /// <summary>The same for a network whose places are known.</summary>
    internal void Draw(FrozenNetwork network, IReadOnlyList<SramPlace> places, WeightFaults faults, int set, long access)
    {
        for (int i = 0; i < places.Count; i++)
        {
            FrozenWeights weights = network.Weights[i];
            DrawMask(weights.Quantized, places[i], faults[weights.Layer], set * places[i].Weights, access);
        }
    }

    internal IReadOnlyList<SramPlace> PlacesOf(FrozenNetwork network) =>
        SramLayout.Place(Chip, network.Weights.Select(weights => (weights.Layer.Weight.Name, weights.Quantized.Shape.Length)), network.WeightBits);

    internal void DrawMask(QuantizedWeights weights, SramPlace place, Storage<byte> mask, int maskOffset = 0, long access = 0)
    {
        Shape shape = weights.Shape;
        DrawMask(weights.Packed, shape[3], shape[2], shape[0] * shape[1], place, mask, maskOffset, access);
    }

    private FaultCells Cells(int pass, SramPlace place, long access) => pass == 0 ? Permanent(place) : Transient(place, access);

    private FaultCells Permanent(SramPlace place)
    {
        if (permanent is not null) return Layout(permanent, place);
        FaultCells cells = FaultCells.Drawn(Chip.Seed, Chip.BitErrorRate, Chip.Model, groups: Groups);
        if (Chip.Geometry is { } geometry) cells = cells.WithLines(Chip.Options.RowRate, Chip.Options.ColumnRate, geometry.RowGroups, geometry.Rows);
        return Layout(cells, place);
    }

    private FaultCells Transient(SramPlace place, long access)
    {
        if (permanent is null) return Layout(FaultCells.Transient(Chip.Seed, Chip.Options.TransientRate, access, Groups), place);
        if (access != transientAccess)
        {
            transient ??= CellMap.Sound(device, permanent);
            transient.Flip(Chip, access);
            transientAccess = access;
        }

        return Layout(transient!, place);
    }

    /// <summary>Weights that use each row of a map before the next one: the reference implementation tiles by the number of weights in a row.</summary>
    private FaultCells Layout(CellMap map, SramPlace place)
    {
        if (Chip.Mapping == SramMapping.Physical) return Layout(FaultCells.Mapped(map.Keep, map.Toggle), place);
        int words = 8 * map.RowBytes / Chip.CellsOf(Chip.Cells, place.Bits);
        return Layout(FaultCells.MappedRows(map.Keep, map.Toggle, map.RowBytes, Chip.Mapping == SramMapping.Ibm ? words : 1), place);
    }

    private FaultCells Layout(FaultCells cells, SramPlace place) =>
        cells.At(place.FirstGroup).Of(Chip.CellsOf(Chip.Cells, place.Bits), Chip.Options.Positions, Chip.Cells == WeightCells.Packed);

    private byte[] ReadBack(ReadOnlySpan<byte> stored, FaultCells[] passes)
    {
        using Storage<sbyte> bytes = device.Allocate(MemoryMarshal.Cast<byte, sbyte>(stored));
        foreach (FaultCells cells in passes) device.Run<InjectFaults, InjectFaultsArgs>(new(bytes, stored.Length, cells));
        var read = new byte[stored.Length];
        device.Download(bytes, MemoryMarshal.Cast<byte, sbyte>(read.AsSpan()));
        return read;
    }
}
