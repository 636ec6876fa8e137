using ILGPU.IR.Intrinsics;

namespace RawFuse.Kernels;

/// <summary>
/// Products of a warp's tensor cores: D[16, 8] = A[16, k] B[k, 8] + C, for use inside GPU kernels by all 32 lanes at once. A register of an operand holds e = 1, 2 or 4 neighbours
/// along k, which is 8 e. With g = lane / 4 and t = lane % 4, a lane holds of A row g (X, Z) and g + 8 (Y, W) at k = e t.. (X, Y) and e (t + 4).. (Z, W), and of B column g at
/// k = e t.. (X) and e (t + 4).. (Y). The emulator adds in the order of k, in float32; hardware adds in an order and with a rounding of its own.
/// (PTX ISA, "Matrix Fragments for mma.m16n8k8, m16n8k16 and m16n8k32".)
/// </summary>
internal static unsafe class TensorCore
{
    /// <summary>TF32 numbers, k = 8; products are exact, sums float32.</summary>
    [IntrinsicImplementation]
    public static Sums4<float> MultiplyTf32(Fragment4 a, Fragment2 b, Sums4<float> c) => WarpExchange.Gather<Operands, Sums4<float>>(new(a, b), (all, lane) => new(
        SumTf32(all, lane, 0, c.X), SumTf32(all, lane, 1, c.Y), SumTf32(all, lane, 2, c.Z), SumTf32(all, lane, 3, c.W)));

    /// <summary>BF16 numbers, k = 16; products are exact, sums float32.</summary>
    [IntrinsicImplementation]
    public static Sums4<float> MultiplyBf16(Fragment4 a, Fragment2 b, Sums4<float> c) => WarpExchange.Gather<Operands, Sums4<float>>(new(a, b), (all, lane) => new(
        SumBf16(all, lane, 0, c.X), SumBf16(all, lane, 1, c.Y), SumBf16(all, lane, 2, c.Z), SumBf16(all, lane, 3, c.W)));

    /// <summary>Signed bytes, k = 32; sums of 32 bits wrap around.</summary>
    [IntrinsicImplementation]
    public static Sums4<int> MultiplyBytes(Fragment4 a, Fragment2 b, Sums4<int> c) => WarpExchange.Gather<Operands, Sums4<int>>(new(a, b), (all, lane) => new(
        SumBytes(all, lane, 0, c.X), SumBytes(all, lane, 1, c.Y), SumBytes(all, lane, 2, c.Z), SumBytes(all, lane, 3, c.W)));

    /// <summary>Unsigned bytes times signed ones, k = 32; sums of 32 bits wrap around.</summary>
    [IntrinsicImplementation]
    public static Sums4<int> MultiplyMixedBytes(Fragment4 unsigned, Fragment2 signed, Sums4<int> c) => WarpExchange.Gather<Operands, Sums4<int>>(new(unsigned, signed), (all, lane) => new(
        SumMixedBytes(all, lane, 0, c.X), SumMixedBytes(all, lane, 1, c.Y), SumMixedBytes(all, lane, 2, c.Z), SumMixedBytes(all, lane, 3, c.W)));

    /// <summary>
    /// Four matrices of 8 rows of 16 bytes each, from shared memory: lane i names row i % 8 of matrix i / 8. A lane receives of each the 32 bits number lane % 4 of row lane / 4,
    /// which is how operands are wanted.
    /// </summary>
    /// <param name="row">The first 4 bytes of a row, which begins at a multiple of 16.</param>
    [IntrinsicImplementation]
    public static Fragment4 LoadMatrices(ref float row)
    {
        fixed (float* address = &row)
        {
            return WarpExchange.Gather<nint, Fragment4>((nint)address, (rows, lane) =>
                new(Word(rows, 0, lane), Word(rows, 1, lane), Word(rows, 2, lane), Word(rows, 3, lane)));
        }

        static uint Word(nint* rows, int matrix, int lane) => ((uint*)rows[(8 * matrix) + (lane / 4)])[lane % 4];
    }

    /// <summary>
    /// The same for transposed matrices of 16-bit numbers: a lane receives of each rows 2 * (lane % 4) (low half) and the next (high half) of column lane / 4.
    /// </summary>
    /// <param name="row">The first 4 bytes of a row, which begins at a multiple of 16.</param>
    [IntrinsicImplementation]
    public static Fragment4 LoadMatricesTransposed(ref float row)
    {
        fixed (float* address = &row)
        {
            return WarpExchange.Gather<nint, Fragment4>((nint)address, (rows, lane) =>
                new(Word(rows, 0, lane), Word(rows, 1, lane), Word(rows, 2, lane), Word(rows, 3, lane)));
        }

        static uint Word(nint* rows, int matrix, int lane)
        {
            int first = (8 * matrix) + (lane % 4 * 2), column = lane / 4;
            return ((ushort*)rows[first])[column] | ((uint)((ushort*)rows[first + 1])[column] << 16);
        }
    }

    private static float SumTf32(Operands* all, int lane, int sum, float c)
    {
        for (int k = 0; k < 8; k++) c += TensorFormats.OfTf32(Left(all, lane, sum, k, 1)) * TensorFormats.OfTf32(Right(all, lane, sum, k, 1));
        return c;
    }

    private static float SumBf16(Operands* all, int lane, int sum, float c)
    {
        for (int k = 0; k < 16; k++) c += TensorFormats.OfBf16(Left(all, lane, sum, k, 2)) * TensorFormats.OfBf16(Right(all, lane, sum, k, 2));
        return c;
    }

    private static int SumBytes(Operands* all, int lane, int sum, int c)
    {
        for (int k = 0; k < 32; k++) c = unchecked(c + ((sbyte)Left(all, lane, sum, k, 4) * (sbyte)Right(all, lane, sum, k, 4)));
        return c;
    }

    private static int SumMixedBytes(Operands* all, int lane, int sum, int c)
    {
        for (int k = 0; k < 32; k++) c = unchecked(c + ((byte)Left(all, lane, sum, k, 4) * (sbyte)Right(all, lane, sum, k, 4)));
        return c;
    }

    /// <summary>Number k in the row of a lane's sum, in the low bits.</summary>
    private static uint Left(Operands* all, int lane, int sum, int k, int e)
    {
        Fragment4 a = all[(lane & ~3) + (k / e % 4)].A;
        return ((sum / 2, k / (4 * e)) switch { (0, 0) => a.X, (1, 0) => a.Y, (0, 1) => a.Z, _ => a.W } >> (k % e * (32 / e))) & (uint.MaxValue >> (32 - (32 / e)));
    }

    /// <summary>Number k in the column of a lane's sum, in the low bits.</summary>
    private static uint Right(Operands* all, int lane, int sum, int k, int e)
    {
        int column = (lane % 4 * 2) + (sum % 2);
        Fragment2 b = all[(4 * column) + (k / e % 4)].B;
        return ((k / (4 * e) == 0 ? b.X : b.Y) >> (k % e * (32 / e))) & (uint.MaxValue >> (32 - (32 / e)));
    }

    private readonly struct Operands(Fragment4 a, Fragment2 b)
    {
        public readonly Fragment4 A = a;
        public readonly Fragment2 B = b;
    }
}
