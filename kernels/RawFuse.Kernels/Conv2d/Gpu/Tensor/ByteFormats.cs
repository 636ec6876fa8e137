using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Signed bytes, four in a word, which is what convolutions of bytes call a term.</summary>
internal readonly struct SignedByteFormat : ITensorFormat<int>
{
    public static int WordTerms => 1;

    public static int TermPitch(int lines) => WholeWords.TermPitch(lines);

    public static void Put(ArrayView<float> tile, int at, Chunk<int> numbers) => tile.Cast<Chunk<int>>()[at / 4] = numbers;

    public static Fragment4 ByTerms(ArrayView<float> tile, int at, int pitch, int lane) => WholeWords.ByTerms(tile, at, pitch, lane);

    public static Fragment4 Rounded(Fragment4 words) => words;

    public static Sums4<int> Multiply(Fragment4 left, Fragment2 right, Sums4<int> sums) => TensorCore.MultiplyBytes(left, right, sums);
}

/// <summary>The same with an unsigned left side.</summary>
internal readonly struct UnsignedByteFormat : ITensorFormat<int>
{
    public static int WordTerms => 1;

    public static int TermPitch(int lines) => WholeWords.TermPitch(lines);

    public static void Put(ArrayView<float> tile, int at, Chunk<int> numbers) => SignedByteFormat.Put(tile, at, numbers);

    public static Fragment4 ByTerms(ArrayView<float> tile, int at, int pitch, int lane) => WholeWords.ByTerms(tile, at, pitch, lane);

    public static Fragment4 Rounded(Fragment4 words) => words;

    public static Sums4<int> Multiply(Fragment4 left, Fragment2 right, Sums4<int> sums) => TensorCore.MultiplyMixedBytes(left, right, sums);
}
