using ILGPU;

namespace RawFuse.Kernels;

/// <summary>TF32: shared memory holds float32, so that copies need not pass the registers; lanes round their shares.</summary>
internal readonly struct Tf32Format : ITensorFormat<float>
{
    public static int WordTerms => 1;

    public static int TermPitch(int lines) => WholeWords.TermPitch(lines);

    public static void Put(ArrayView<float> tile, int at, Chunk<float> numbers) => tile.Cast<Chunk<float>>()[at / 4] = numbers;

    public static Fragment4 ByTerms(ArrayView<float> tile, int at, int pitch, int lane) => Rounded(WholeWords.ByTerms(tile, at, pitch, lane));

    public static Fragment4 Rounded(Fragment4 words) => new(Round(words.X), Round(words.Y), Round(words.Z), Round(words.W));

    public static Sums4<float> Multiply(Fragment4 left, Fragment2 right, Sums4<float> sums) => TensorCore.MultiplyTf32(left, right, sums);

    private static uint Round(uint bits) => TensorFormats.ToTf32(Interop.IntAsFloat(bits));
}
