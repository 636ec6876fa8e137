namespace RawFuse.Kernels;

/// <summary>
/// What comes back of weights that were stored in faulty cells, four of them to a word: cells that are not exposed are sound, and the bits above a weight's sign are its sign.
/// In plain numbers that GPU kernels take too.
/// </summary>
internal readonly struct ReadBack(in FaultCells cells)
{
    private const uint EachByte = 0x01010101;

    private readonly uint exposed = cells.Exposed * EachByte;
    private readonly uint signs = cells.SignBit * EachByte;
    private readonly uint upToSigns = (uint)((2 * cells.SignBit) - 1) * EachByte;

    // A sign bit times this is all the bits above it.
    private readonly uint fill = (256U / cells.SignBit) - 2;

    /// <summary>Four weights.</summary>
    /// <param name="stored">What was stored.</param>
    /// <param name="loss">The bits that the cells do not keep.</param>
    /// <param name="toggle">The bits that the cells toggle after that.</param>
    public uint Of(uint stored, uint loss, uint toggle)
    {
        uint read = (stored & ~(loss & exposed)) ^ (toggle & exposed);
        return (read & upToSigns) | ((read & signs) * fill);
    }

    /// <summary>Sixteen weights.</summary>
    public Bytes16 Of(Bytes16 stored, Bytes16 loss, Bytes16 toggle) => new(
        Of(stored.X, loss.X, toggle.X), Of(stored.Y, loss.Y, toggle.Y), Of(stored.Z, loss.Z, toggle.Z), Of(stored.W, loss.W, toggle.W));

    /// <summary>Copies the sign bit of one weight into the bits above it. The highest bit as sign bit changes nothing.</summary>
    public static byte SignExtend(byte value, byte signBit) => (byte)(((value & ((2 * signBit) - 1)) ^ signBit) - signBit);
}
