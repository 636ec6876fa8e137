using ILGPU;

namespace RawFuse.Kernels;

/// <summary>TF32: a float32 lies where half of 16-bit matrices' pairs would, so that left operands come by matrix loads.</summary>
internal readonly struct Tf32Format : ITensorFormat
{
    public static int Terms => 8;

    public static int LeftPitch => 20;

    public static int RightPitch => 136;

    public static Fragment4 Left(ArrayView<float> tile, int at, int lane)
    {
        // Lanes 0 to 15 name the rows' first 4 terms, the others the next 4.
        Fragment4 bits = TensorCore.LoadMatrices(ref tile[at + (lane % 16 * LeftPitch) + (lane / 16 * 4)]);
        return new Fragment4(Round(bits.X), Round(bits.Y), Round(bits.Z), Round(bits.W));
    }

    public static Fragment2 Right(ArrayView<float> tile, int at, int lane)
    {
        int first = at + (lane % 4 * RightPitch) + (lane / 4);
        return new Fragment2(TensorFormats.ToTf32(tile[first]), TensorFormats.ToTf32(tile[first + (4 * RightPitch)]));
    }

    public static Sums4 Multiply(Fragment4 left, Fragment2 right, Sums4 sums) => TensorCore.MultiplyTf32(left, right, sums);

    private static uint Round(uint bits) => TensorFormats.ToTf32(Interop.IntAsFloat(bits));
}
