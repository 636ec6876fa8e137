using System.Buffers;
using System.Numerics.Tensors;
using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Faults;

/// <summary>A map of faulty cells on a device.</summary>
internal sealed class CellMap : IDisposable
{
    private readonly Device device;
    private readonly int copies;

    private CellMap(Device device, int rowBytes, int copies, Storage<byte> keep, Storage<byte> toggle)
    {
        this.device = device;
        this.copies = copies;
        RowBytes = rowBytes;
        Keep = keep;
        Toggle = toggle;
    }

    public int RowBytes { get; }

    /// <summary>[rows, row bytes] bits that cells keep.</summary>
    public Storage<byte> Keep { get; }

    /// <summary>[rows, row bytes] bits that cells toggle after that.</summary>
    public Storage<byte> Toggle { get; }

    /// <summary>Draws the map of a chip of the reference implementation.</summary>
    public static CellMap OfReference(Device device, Chip chip) => Make(
        device, IbmFaultMap.Rows * IbmFaultMap.RowBytes, 1, IbmFaultMap.RowBytes, chip.Model == FaultModel.Flip,
        (stuckAt0, stuckAt1) => IbmFaultMap.Draw((uint)chip.Seed, chip.BitErrorRate, stuckAt1, stuckAt0));

    /// <summary>Takes a known map. One that is used without regard to its rows is repeated until it has whole groups.</summary>
    public static CellMap Of(Device device, FaultMap map, bool isPadded)
    {
        int bytes = map.StuckAt0.Length, copies = isPadded ? FaultCells.GroupBytes / Math.Min(FaultCells.GroupBytes, bytes & -bytes) : 1;
        return Make(device, bytes, copies, map.RowBytes, isFlipping: false, (stuckAt0, stuckAt1) =>
        {
            map.StuckAt0.CopyTo(stuckAt0);
            map.StuckAt1.CopyTo(stuckAt1);
        });
    }

    /// <summary>A map of the same size without faults.</summary>
    public static CellMap Sound(Device device, CellMap other)
    {
        var map = new CellMap(device, other.RowBytes, other.copies, device.Allocate<byte>(other.Keep.Length), device.Allocate<byte>(other.Keep.Length));
        device.Run<Fill<byte>, FillArgs<byte>>(new(map.Keep, 0, map.Keep.Length, byte.MaxValue));
        return map;
    }

    /// <summary>Replaces the toggles by the transient faults of an access. They are drawn by number of the cell, row after row.</summary>
    public void Flip(Chip chip, long access)
    {
        int bytes = Toggle.Length / copies;
        using Storage<sbyte> zeros = device.Allocate<sbyte>(bytes);
        device.Run<Fill<sbyte>, FillArgs<sbyte>>(new(zeros, 0, bytes, 0));
        FaultCells cells = FaultCells.Transient(chip.Seed, chip.Options.TransientRate, access);
        for (int i = 0; i < copies; i++) device.Run<DrawFaultMask, DrawFaultMaskArgs>(new(zeros, bytes, 1, 1, cells, Toggle, i * bytes));
    }

    public void Dispose()
    {
        Keep.Dispose();
        Toggle.Dispose();
    }

    private static CellMap Make(Device device, int bytes, int copies, int rowBytes, bool isFlipping, Action<Span<byte>, Span<byte>> draw)
    {
        // Training draws several chips per step: their maps do not go to the garbage collector.
        int all = bytes * copies;
        byte[] rented = ArrayPool<byte>.Shared.Rent(2 * all);
        try
        {
            Span<byte> keep = rented.AsSpan(0, all), toggle = rented.AsSpan(all, all), kept = keep[..bytes], toggled = toggle[..bytes];
            draw(kept, toggled);
            TensorPrimitives.BitwiseOr<byte>(kept, toggled, isFlipping ? toggled : kept);
            if (isFlipping) kept.Fill(byte.MaxValue);
            else TensorPrimitives.OnesComplement<byte>(kept, kept);
            for (int i = bytes; i < all; i += bytes)
            {
                kept.CopyTo(keep[i..]);
                toggled.CopyTo(toggle[i..]);
            }

            return new CellMap(device, rowBytes, copies, device.Allocate<byte>(keep), device.Allocate<byte>(toggle));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
