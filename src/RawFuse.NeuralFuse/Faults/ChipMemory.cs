using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Faults;

/// <summary>
/// A chip's SRAM on a device: it says what becomes of weights that are stored in it. Chips of the reference implementation
/// keep their map (256 KB) here, so that it is drawn once for all tensors; others need no memory.
/// </summary>
public sealed class ChipMemory : IDisposable
{
    private readonly Device device;
    private readonly FaultCells cells;

    /// <summary>Brings a chip to a device.</summary>
    public ChipMemory(Device device, Chip chip)
    {
        this.device = device;
        Chip = chip;
        cells = chip.Mapping switch
        {
            SramMapping.Physical => FaultCells.Drawn(chip.Seed, chip.BitErrorRate, chip.Model, groups: chip.Geometry?.Groups ?? long.MaxValue),
            SramMapping.Ibm => Mapped(device, chip, repeat: 256 / IbmFaultMap.RowBytes),
            _ => Mapped(device, chip, repeat: 1),
        };
    }

    /// <summary>The chip.</summary>
    public Chip Chip { get; }

    /// <summary>Replaces weights, in place, by what the memory makes of them.</summary>
    /// <param name="bytes">The tensor in PyTorch's order (OIHW, or [out, in]), a two's complement byte per weight.</param>
    /// <param name="place">Its place in the memory.</param>
    /// <exception cref="ArgumentException">The buffer is shorter than the tensor.</exception>
    public void Inject(Storage<sbyte> bytes, SramPlace place) =>
        device.Run<InjectFaults, InjectFaultsArgs>(new InjectFaultsArgs(bytes, place.Weights, cells.At(place.FirstGroup)));

    /// <summary>
    /// Computes which bits of a layer's weights the memory changes, in the engine's order. <see cref="ApplyFaultMask"/>
    /// makes the weights faulty with it, and once more clean again.
    /// </summary>
    /// <param name="packed">Clean weights [taps, in, out], a two's complement byte each.</param>
    /// <param name="outChannels">Output channels.</param>
    /// <param name="inChannels">Input channels.</param>
    /// <param name="taps">Kernel height times width; 1 for a linear layer.</param>
    /// <param name="place">The tensor's place in the memory.</param>
    /// <param name="mask">Where the mask goes.</param>
    /// <param name="maskOffset">First byte of the mask in there.</param>
    /// <exception cref="ArgumentException">The place is for another number of weights, or a buffer is too short.</exception>
    public void DrawMask(
        Storage<sbyte> packed, int outChannels, int inChannels, int taps, SramPlace place, Storage<byte> mask, int maskOffset = 0)
    {
        if ((long)outChannels * inChannels * taps != place.Weights)
            throw new ArgumentException($"'{place.Name}': {outChannels} x {inChannels} x {taps} weights, but its place is for {place.Weights}.");
        device.Run<DrawFaultMask, DrawFaultMaskArgs>(
            new DrawFaultMaskArgs(packed, outChannels, inChannels, taps, cells.At(place.FirstGroup), mask, maskOffset));
    }

    /// <summary>Does the same to weights on the host, and counts.</summary>
    /// <param name="weights">The tensor in PyTorch's order (OIHW, or [out, in]).</param>
    /// <param name="place">Its place in the memory.</param>
    /// <exception cref="ArgumentException">The place is for another number of weights.</exception>
    public FaultReport InjectAndCount(Span<sbyte> weights, SramPlace place)
    {
        if (weights.Length != place.Weights) throw new ArgumentException($"'{place.Name}': {weights.Length} weights, but its place is for {place.Weights}.");
        long cellsFaulty = 0, bitsChanged = 0, weightsChanged = 0;

        // A cell is faulty when it does not give back a 0 or does not give back a 1.
        byte[] zeros = ReadBack(new byte[weights.Length], place);
        byte[] ones = ReadBack(Enumerable.Repeat(byte.MaxValue, weights.Length).ToArray(), place);
        Span<byte> stored = MemoryMarshal.AsBytes(weights);
        byte[] read = ReadBack(stored, place);
        for (int i = 0; i < read.Length; i++)
        {
            int changed = stored[i] ^ read[i];
            cellsFaulty += BitOperations.PopCount((uint)(zeros[i] | (byte)~ones[i]));
            bitsChanged += BitOperations.PopCount((uint)changed);
            weightsChanged += changed != 0 ? 1 : 0;
        }

        read.CopyTo(stored);
        return new FaultReport(place.Name, place.Weights, cellsFaulty, bitsChanged, weightsChanged);
    }

    /// <summary>Gives the map's memory back.</summary>
    public void Dispose()
    {
        cells.Keep?.Dispose();
        cells.Toggle?.Dispose();
    }

    private static FaultCells Mapped(Device device, Chip chip, int repeat)
    {
        // Training draws several chips per step: their maps do not go to the garbage collector.
        const int bytes = IbmFaultMap.Rows * IbmFaultMap.RowBytes;
        byte[] rented = ArrayPool<byte>.Shared.Rent(2 * bytes);
        try
        {
            Span<byte> keep = rented.AsSpan(0, bytes), toggle = rented.AsSpan(bytes, bytes);
            IbmFaultMap.Draw((uint)chip.Seed, chip.BitErrorRate, stuckAt1: toggle, stuckAt0: keep);
            for (int i = 0; i < bytes; i++)
            {
                int faulty = keep[i] | toggle[i];
                bool flip = chip.Model == FaultModel.Flip;
                keep[i] = flip ? byte.MaxValue : (byte)~faulty;
                if (flip) toggle[i] = (byte)faulty;
            }

            return FaultCells.Mapped(device.Allocate<byte>(keep), device.Allocate<byte>(toggle), repeat);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private byte[] ReadBack(ReadOnlySpan<byte> stored, SramPlace place)
    {
        using Storage<sbyte> bytes = device.Allocate(MemoryMarshal.Cast<byte, sbyte>(stored));
        Inject(bytes, place);
        var read = new byte[stored.Length];
        device.Download(bytes, MemoryMarshal.Cast<byte, sbyte>(read.AsSpan()));
        return read;
    }
}
