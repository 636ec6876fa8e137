using System.Runtime.InteropServices;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Four numbers of 4 bytes each: a view of them is read and written 16 bytes at a time.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct Chunk<T>(T x, T y, T z, T w)
    where T : unmanaged
{
    public T X = x;
    public T Y = y;
    public T Z = z;
    public T W = w;
}

/// <summary>Chunks in memory.</summary>
internal static class ChunkViews
{
    /// <summary>A chunk, or zeros for number -1.</summary>
    public static Chunk<T> AtOrZeros<T>(this ArrayView<Chunk<T>> chunks, long number)
        where T : unmanaged => number < 0 ? default : chunks[number];
}
