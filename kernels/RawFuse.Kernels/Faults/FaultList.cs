using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// The quads (4 bytes) of a run of a tensor that hold faulty cells: some among many. A quad w, its first byte lowest, comes back as
/// (w &amp; ~loss) ^ toggle. A listed quad may be sound all the same, with both 0; none is listed twice. Lives on the stack of the thread that fills it.
/// </summary>
internal readonly unsafe struct FaultList(ulong* memory)
{
    /// <summary>Bytes in a run: lists stay in the first-level cache.</summary>
    public const int RunBytes = 2048;

    /// <summary>Quads in a run.</summary>
    public const int RunQuads = RunBytes / FaultCells.QuadBytes;

    /// <summary>Words of memory behind a list.</summary>
    public const int Words = 12 * Stride / sizeof(ulong);

    // Vectors may write beyond the end.
    private const int Stride = RunQuads + 64;

    /// <summary>Per entry the number of the quad in the run.</summary>
    public ushort* Quad => (ushort*)memory;

    /// <summary>Per entry the bits that the quad's cells do not keep.</summary>
    public uint* Loss => (uint*)((byte*)memory + (2 * Stride));

    /// <summary>Per entry the bits that the quad's cells toggle after that.</summary>
    public uint* Toggle => (uint*)((byte*)memory + (6 * Stride));

    /// <summary>Scratch memory, a byte per entry, for whoever fills the list.</summary>
    public byte* Head => (byte*)memory + (10 * Stride);

    /// <summary>More of it.</summary>
    public byte* Unfinished => (byte*)memory + (11 * Stride);

    /// <summary>Adds a quad if it has faulty cells.</summary>
    /// <param name="entries">Entries in the list.</param>
    /// <param name="quad">Number of the quad.</param>
    /// <param name="loss">What it loses.</param>
    /// <param name="toggle">What it toggles.</param>
    /// <returns>Entries in the list now.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Append(int entries, int quad, uint loss, uint toggle)
    {
        Quad[entries] = (ushort)quad;
        Loss[entries] = loss;
        Toggle[entries] = toggle;
        return entries + ((loss | toggle) != 0 ? 1 : 0);
    }
}
