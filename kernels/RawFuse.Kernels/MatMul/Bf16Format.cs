using ILGPU;

namespace RawFuse.Kernels;

/// <summary>BF16, rounded in pairs as they leave shared memory.</summary>
internal readonly struct Bf16Format : ITensorFormat
{
    public static int Terms => 16;

    public static int LeftPitch => 24;

    public static int RightPitch => 132;

    public static Fragment4 Left(ArrayView<float> tile, int at, int lane)
    {
        // Neighbours lie together: pairs of floats, 8 bytes at once.
        ArrayView<Fragment2> pairs = tile.Cast<Fragment2>();
        int first = (at / 2) + (lane / 4 * (LeftPitch / 2)) + (lane % 4), below = first + (4 * LeftPitch);
        return new Fragment4(Round(pairs[first]), Round(pairs[below]), Round(pairs[first + 4]), Round(pairs[below + 4]));
    }

    public static Fragment2 Right(ArrayView<float> tile, int at, int lane)
    {
        int first = at + (lane % 4 * 2 * RightPitch) + (lane / 4);
        return new Fragment2(Column(tile, first), Column(tile, first + (8 * RightPitch)));
    }

    public static Sums4 Multiply(Fragment4 left, Fragment2 right, Sums4 sums) => TensorCore.MultiplyBf16(left, right, sums);

    private static uint Round(Fragment2 pair) => TensorFormats.ToBf16Pair(Interop.IntAsFloat(pair.X), Interop.IntAsFloat(pair.Y));

    private static uint Column(ArrayView<float> tile, int at) => TensorFormats.ToBf16Pair(tile[at], tile[at + RightPitch]);
}
