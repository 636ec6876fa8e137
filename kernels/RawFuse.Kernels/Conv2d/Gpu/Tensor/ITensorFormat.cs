using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Numbers that tensor cores multiply, and how they lie in shared memory. All formats look alike in 32-bit <em>words</em>, of one term or of several neighbouring ones: a product
/// takes 16 lines on the left, 8 on the right, and 8 words of each. Of 16 lines a lane holds the 4 words number t and t + 4 of lines g and g + 8, g = lane / 4 and t = lane % 4
/// (<see cref="TensorCore"/>): a left operand as it is, or two right ones.
/// </summary>
internal interface ITensorFormat<T>
    where T : unmanaged
{
    /// <summary>Terms of a word, counted in numbers of <typeparamref name="T"/>: 1 or 2.</summary>
    static abstract int WordTerms { get; }

    /// <summary>
    /// Words from one term's lines to the next term's, where shared memory holds an operand term by term (of a word's terms, one after the other): so many more than there are
    /// numbers that the lanes of a warp find theirs in different banks.
    /// </summary>
    static abstract int TermPitch(int lines);

    /// <summary>Writes four numbers, which are neighbours in shared memory, as words.</summary>
    static abstract void Put(ArrayView<float> tile, int at, Chunk<T> numbers);

    /// <summary>A lane's share of 16 lines and 8 words that lie term by term.</summary>
    /// <param name="tile">Shared memory.</param>
    /// <param name="at">The first term's first line.</param>
    /// <param name="pitch"><see cref="TermPitch"/>.</param>
    /// <param name="lane">The lane.</param>
    static abstract Fragment4 ByTerms(ArrayView<float> tile, int at, int pitch, int lane);

    /// <summary>Words of shared memory, copied there as they were, in this format.</summary>
    static abstract Fragment4 Rounded(Fragment4 words);

    /// <summary>Adds a product to a warp's sums.</summary>
    static abstract Sums4<T> Multiply(Fragment4 left, Fragment2 right, Sums4<T> sums);
}

/// <summary>What the formats with a number in a word share.</summary>
internal static class WholeWords
{
    /// <summary>Terms begin 8 banks apart: the words of a lane's 8 lines and 4 terms are in 32 different ones.</summary>
    public static int TermPitch(int lines) => lines + 8;

    public static Fragment4 ByTerms(ArrayView<float> tile, int at, int pitch, int lane)
    {
        int low = at + (lane % 4 * pitch) + (lane / 4), high = low + (4 * pitch);
        return new Fragment4(
            Interop.FloatAsInt(tile[low]), Interop.FloatAsInt(tile[low + 8]), Interop.FloatAsInt(tile[high]), Interop.FloatAsInt(tile[high + 8]));
    }
}
