using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// What the cells of a run of groups do, one array per 64-bit half, so that lanes are stored as they are. Lives on the
/// stack of the thread that fills it.
/// </summary>
internal readonly unsafe struct FaultBuffer(ulong* memory)
{
    /// <summary>Groups that fit: 2 KB of masks, which stay in the first-level cache.</summary>
    public const int Capacity = 64;

    /// <summary>Words of memory behind a buffer. The last lanes of a run may reach beyond its end.</summary>
    public const int Words = 4 * Stride;

    private const int Stride = Capacity + 8;

    /// <summary>Writes the groups in the lanes, the first at <paramref name="position"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<TLanes>(int position, GroupFaults<TLanes> faults)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        ulong* target = memory + position;
        TLanes.Store(faults.Keep.Low, target);
        TLanes.Store(faults.Keep.High, target + Stride);
        TLanes.Store(faults.Toggle.Low, target + (2 * Stride));
        TLanes.Store(faults.Toggle.High, target + (3 * Stride));
    }

    /// <summary>Reads one group.</summary>
    public GroupFaults<ScalarLane> Load(int position)
    {
        ulong* source = memory + position;
        return new GroupFaults<ScalarLane>(
            new Bits128<ScalarLane>(new ScalarLane(source[0]), new ScalarLane(source[Stride])),
            new Bits128<ScalarLane>(new ScalarLane(source[2 * Stride]), new ScalarLane(source[3 * Stride])));
    }
}
