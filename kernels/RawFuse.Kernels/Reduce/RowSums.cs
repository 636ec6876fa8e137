using System.Numerics;
using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>What is summed over the rows of a matrix. A struct of pointers.</summary>
internal interface IRowTerm
{
    /// <summary>The terms of as many neighbouring channels as a vector holds.</summary>
    Vector<float> Vector(long row, int channel);

    /// <summary>The term of one channel.</summary>
    float Scalar(long row, int channel);
}

/// <summary>
/// Sums floats over the rows of a matrix, channel by channel, in double: sums over thousands of pixels lose no digits of float's. Within a block
/// (<see cref="RowBlocks"/>) four rows are added up before the sums in memory are touched, and the matrix is read as it lies.
/// </summary>
internal static unsafe class RowSums
{
    /// <summary>Sums one block.</summary>
    /// <param name="term">What is summed.</param>
    /// <param name="block">Which block of rows.</param>
    /// <param name="rows">Rows of the whole matrix.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="sums">[channels], receives the sums.</param>
    public static void Block<TTerm>(TTerm term, int block, int rows, int channels, double* sums)
        where TTerm : struct, IRowTerm
    {
        new Span<double>(sums, channels).Clear();
        long row = (long)block * RowBlocks.Rows, end = Math.Min(rows, row + RowBlocks.Rows);
        int vectors = channels - (channels % Vector<float>.Count);
        for (; row <= end - 4; row += 4)
        {
            for (int c = 0; c < vectors; c += Vector<float>.Count)
            {
                Vector.Widen(term.Vector(row, c), out Vector<double> low0, out Vector<double> high0);
                Vector.Widen(term.Vector(row + 1, c), out Vector<double> low1, out Vector<double> high1);
                Vector.Widen(term.Vector(row + 2, c), out Vector<double> low2, out Vector<double> high2);
                Vector.Widen(term.Vector(row + 3, c), out Vector<double> low3, out Vector<double> high3);
                Add(low0 + low1 + (low2 + low3), high0 + high1 + (high2 + high3), sums + c);
            }

            for (int c = vectors; c < channels; c++)
                sums[c] += (double)term.Scalar(row, c) + term.Scalar(row + 1, c) + ((double)term.Scalar(row + 2, c) + term.Scalar(row + 3, c));
        }

        for (; row < end; row++)
        {
            for (int c = 0; c < vectors; c += Vector<float>.Count)
            {
                Vector.Widen(term.Vector(row, c), out Vector<double> low, out Vector<double> high);
                Add(low, high, sums + c);
            }

            for (int c = vectors; c < channels; c++) sums[c] += term.Scalar(row, c);
        }
    }

    /// <summary>Adds up what the blocks gave, in their order.</summary>
    /// <param name="sums">A channel's sum in the first block.</param>
    /// <param name="blocks">Number of blocks.</param>
    /// <param name="stride">Sums from one block's to the next's.</param>
    public static double Total(double* sums, int blocks, int stride)
    {
        double total = 0;
        for (int block = 0; block < blocks; block++) total += sums[(long)block * stride];
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector<double> low, Vector<double> high, double* sums)
    {
        (Vector.Load(sums) + low).Store(sums);
        (Vector.Load(sums + Vector<double>.Count) + high).Store(sums + Vector<double>.Count);
    }
}

/// <summary>The values of a matrix themselves.</summary>
internal readonly unsafe struct ValueTerm(float* x, int channels) : IRowTerm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Vector(long row, int channel) => System.Numerics.Vector.Load(x + (row * channels) + channel);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Scalar(long row, int channel) => x[(row * channels) + channel];
}
