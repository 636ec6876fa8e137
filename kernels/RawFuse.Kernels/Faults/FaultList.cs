using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// The bytes of a run of a tensor that hold faulty cells: few among many. A byte w comes back as (w &amp; ~loss) ^ toggle. A listed byte may be sound
/// all the same, with both 0; none is listed twice. Lives on the stack of the thread that fills it.
/// </summary>
internal readonly unsafe struct FaultList(ulong* memory)
{
    /// <summary>Bytes in a run: lists stay in the first-level cache.</summary>
    public const int RunBytes = 4096;

    /// <summary>Words of memory behind a list.</summary>
    public const int Words = 5 * Stride / sizeof(ulong);

    // Vectors may write beyond the end.
    private const int Stride = RunBytes + 64;

    /// <summary>Positions from the start of the run.</summary>
    public ushort* Position => (ushort*)memory;

    /// <summary>Per listed byte the bits that its cells do not keep.</summary>
    public byte* Loss => (byte*)memory + (2 * Stride);

    /// <summary>Per listed byte the bits that its cells toggle after that.</summary>
    public byte* Toggle => (byte*)memory + (3 * Stride);

    /// <summary>Scratch memory for as many bytes, which whoever fills the list may use.</summary>
    public byte* Scratch => (byte*)memory + (4 * Stride);

    /// <summary>Writes an entry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(int entry, int position, int loss, int toggle)
    {
        Position[entry] = (ushort)position;
        Loss[entry] = (byte)loss;
        Toggle[entry] = (byte)toggle;
    }
}
