using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>What the cells under a run of bytes do, in the order of their addresses. Lives on the stack of the thread that fills it.</summary>
internal readonly unsafe struct FaultBuffer(ulong* memory)
{
    /// <summary>Groups that fit: 2 KB of masks, which stay in the first-level cache.</summary>
    public const int Groups = 64;

    /// <summary>Bytes of a tensor that these groups hold.</summary>
    public const int Bytes = Groups * FaultCells.GroupBytes;

    /// <summary>Words of memory behind a buffer.</summary>
    public const int Words = 2 * Stride;

    // The last lanes of a run may reach beyond its end.
    private const int Stride = 2 * (Groups + 8);

    /// <summary>Per byte the bits that its cells keep.</summary>
    public byte* Keep => (byte*)memory;

    /// <summary>Per byte the bits that its cells toggle after that.</summary>
    public byte* Toggle => (byte*)(memory + Stride);

    /// <summary>Writes the groups in the lanes, the first at <paramref name="position"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<TLanes>(int position, GroupFaults<TLanes> faults)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes.StorePairs(faults.Keep.Low, faults.Keep.High, memory + (2 * position));
        TLanes.StorePairs(faults.Toggle.Low, faults.Toggle.High, memory + Stride + (2 * position));
    }

    /// <summary>Writes one byte: a weight whose cells start at a bit of a map, and are sound unless exposed.</summary>
    /// <param name="position">Number of the byte.</param>
    /// <param name="exposed">Bits that can be faulty.</param>
    /// <param name="keep">Bits that cells keep. One more byte than the cells have must be readable.</param>
    /// <param name="toggle">Bits that cells toggle, likewise.</param>
    /// <param name="bit">Number of the weight's first cell.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Expose(int position, byte exposed, byte* keep, byte* toggle, long bit)
    {
        Keep[position] = (byte)(Field(keep, bit) | ~exposed);
        Toggle[position] = (byte)(Field(toggle, bit) & exposed);
    }

    private static int Field(byte* map, long bit) => (map[bit >> 3] | (map[(bit >> 3) + 1] << 8)) >> (int)(bit & 7);
}
