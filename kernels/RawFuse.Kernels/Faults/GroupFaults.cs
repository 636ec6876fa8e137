namespace RawFuse.Kernels;

/// <summary>
/// What the 128 cells (16 bytes) of a group do to the bits stored in them: a cell reads
/// <c>(stored &amp; keep) ^ toggle</c>. A sound cell is (1, 0), one stuck at v is (0, v), one that flips is (1, 1).
/// </summary>
internal readonly struct GroupFaults<TLanes>(Bits128<TLanes> keep, Bits128<TLanes> toggle)
    where TLanes : unmanaged, ILanes<TLanes>
{
    public readonly Bits128<TLanes> Keep = keep;
    public readonly Bits128<TLanes> Toggle = toggle;
}

/// <summary>The bytes of a single group, a weight each.</summary>
internal static class GroupFaultsBytes
{
    /// <summary>What the byte at a position, 0 to 15, of the group reads when <paramref name="stored"/> was written to it.</summary>
    /// <param name="faults">The group.</param>
    /// <param name="position">The position.</param>
    /// <param name="stored">The byte written.</param>
    /// <param name="signBit"><see cref="FaultCells.SignBit"/>.</param>
    public static byte ReadBack(this GroupFaults<ScalarLane> faults, int position, byte stored, byte signBit)
    {
        ulong keep = position < 8 ? faults.Keep.Low.Value : faults.Keep.High.Value;
        ulong toggle = position < 8 ? faults.Toggle.Low.Value : faults.Toggle.High.Value;
        int shift = 8 * (position & 7);
        return SignExtend((byte)((stored & (keep >> shift)) ^ (toggle >> shift)), signBit);
    }

    /// <summary>Copies the sign bit into the bits above it. The highest bit as sign bit changes nothing.</summary>
    public static byte SignExtend(byte value, byte signBit) => (byte)(((value & ((2 * signBit) - 1)) ^ signBit) - signBit);
}
