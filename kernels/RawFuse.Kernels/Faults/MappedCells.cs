using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Faulty cells read from a map in a GPU's memory.</summary>
internal readonly struct MappedCells(GpuDevice device, in FaultCells cells) : IGroupSource
{
    private readonly ArrayView<ulong> keep = device.View(cells.Keep!).Cast<ulong>();
    private readonly ArrayView<ulong> toggle = device.View(cells.Toggle!).Cast<ulong>();
    private readonly long firstGroup = cells.FirstGroup;
    private readonly long groups = cells.Groups;
    private readonly int repeat = cells.Repeat;

    public GroupFaults<ScalarLane> At(long index)
    {
        long word = (firstGroup + (index / repeat)) % groups * 2;
        return new GroupFaults<ScalarLane>(
            new Bits128<ScalarLane>(new ScalarLane(keep[word]), new ScalarLane(keep[word + 1])),
            new Bits128<ScalarLane>(new ScalarLane(toggle[word]), new ScalarLane(toggle[word + 1])));
    }
}
