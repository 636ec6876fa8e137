using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Stores a warp's sums. Tensor cores leave a lane two neighbouring columns at a time; results are stored by 8, which share a byte of a mask: 16 rows at a time are turned through
/// shared memory.
/// </summary>
internal static class WarpStore
{
    /// <summary>Words from one row to the next: lanes that write at the same time are in different banks.</summary>
    public const int Pitch = 40;

    /// <summary>Words of shared memory that a warp needs.</summary>
    public const int Words = 16 * Pitch;
}

/// <summary>The same for a kind of number and what becomes of it.</summary>
internal readonly struct WarpStore<T, TStore>(ArrayView<float> words, int lane)
    where T : unmanaged
    where TStore : struct, IGemmStore<T>
{
    private readonly ArrayView<T> numbers = words.Cast<T>();

    /// <summary>Stores 16 rows of 32 columns. All lanes of a warp must come here.</summary>
    public void Store(GemmArgs a, int row, int column, WarpRow<T> sums)
    {
        Put(0, sums.Column0);
        Put(8, sums.Column1);
        Put(16, sums.Column2);
        Put(24, sums.Column3);
        Warp.Barrier();
        ArrayView<Chunk<T>> chunks = numbers.Cast<Chunk<T>>();
        int line = lane / 4, at = ((line * WarpStore.Pitch) / 4) + (lane % 4 * 2);
        SumRow<T> above, below;
        above.Low = chunks[at];
        above.High = chunks[at + 1];
        below.Low = chunks[at + (2 * WarpStore.Pitch)];
        below.High = chunks[at + (2 * WarpStore.Pitch) + 1];
        Warp.Barrier();
        TStore.Store(a, row + line, column + (lane % 4 * 8), above);
        TStore.Store(a, row + line + 8, column + (lane % 4 * 8), below);
    }

    private void Put(int column, Sums4<T> sums)
    {
        int at = (lane / 4 * WarpStore.Pitch) + column + (lane % 4 * 2), below = at + (8 * WarpStore.Pitch);
        numbers[at] = sums.X;
        numbers[at + 1] = sums.Y;
        numbers[below] = sums.Z;
        numbers[below + 1] = sums.W;
    }
}
