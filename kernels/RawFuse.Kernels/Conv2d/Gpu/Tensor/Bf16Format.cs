using ILGPU;

namespace RawFuse.Kernels;

/// <summary>BF16: numbers are rounded on their way into shared memory, which holds half the bytes.</summary>
internal readonly struct Bf16Format : ITensorFormat<float>
{
    public static int WordTerms => 2;

    /// <summary>An odd number of 16-byte rows: the 8 rows of a transposed matrix are in different banks.</summary>
    public static int TermPitch(int lines) => (lines / 2) + 4;

    public static void Put(ArrayView<float> tile, int at, Chunk<float> numbers) =>
        tile.Cast<Fragment2>()[at / 2] = new Fragment2(TensorFormats.ToBf16Pair(numbers.X, numbers.Y), TensorFormats.ToBf16Pair(numbers.Z, numbers.W));

    /// <summary>Four matrices of 8 terms and 8 lines: lines 8 to 15 are the odd ones, terms 8 to 15 the last two.</summary>
    public static Fragment4 ByTerms(ArrayView<float> tile, int at, int pitch, int lane) =>
        TensorCore.LoadMatricesTransposed(ref tile[at + (((lane / 16 * 8) + (lane % 8)) * pitch) + (lane / 8 % 2 * 4)]);

    public static Fragment4 Rounded(Fragment4 words) => words;

    public static Sums4<float> Multiply(Fragment4 left, Fragment2 right, Sums4<float> sums) => TensorCore.MultiplyBf16(left, right, sums);
}
