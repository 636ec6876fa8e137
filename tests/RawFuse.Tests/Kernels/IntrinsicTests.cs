using System.Runtime.InteropServices;
using RawFuse.Kernels;

namespace RawFuse.Tests.Kernels;

/// <summary>The intrinsics: what they compute on the emulator, with warps of 32 threads, and the one instruction each becomes.</summary>
public sealed class IntrinsicTests(IntrinsicTests.Warps warps) : IClassFixture<IntrinsicTests.Warps>
{
    private const int Lanes = 32;

    private readonly Random random = new(71);

    [Theory]
    [InlineData(nameof(IntrinsicKernels.MultiplyTf32), "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32\t{%f")]
    [InlineData(nameof(IntrinsicKernels.MultiplyBf16), "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32\t{%f")]
    [InlineData(nameof(IntrinsicKernels.MultiplyBytes), "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32\t{%r")]
    [InlineData(nameof(IntrinsicKernels.MultiplyMixedBytes), "mma.sync.aligned.m16n8k32.row.col.s32.u8.s8.s32\t{%r")]
    [InlineData(nameof(IntrinsicKernels.LoadMatrices), "ldmatrix.sync.aligned.m8n8.x4.shared.b16\t{%r")]
    [InlineData(nameof(IntrinsicKernels.LoadMatricesTransposed), "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16\t{%r")]
    [InlineData(nameof(IntrinsicKernels.ToTf32), "cvt.rna.tf32.f32\t%r")]
    [InlineData(nameof(IntrinsicKernels.ToBf16Pair), "cvt.rn.bf16x2.f32\t%r")]
    [InlineData(nameof(IntrinsicKernels.SignedBytes), "dp4a.s32.s32\t%r")]
    [InlineData(nameof(IntrinsicKernels.MixedBytes), "dp4a.u32.s32\t%r")]
    [InlineData(nameof(IntrinsicKernels.Copy), "cp.async.cg.shared.global\t[%rd")]
    [InlineData(nameof(IntrinsicKernels.Copy), "cp.async.commit_group;")]
    [InlineData(nameof(IntrinsicKernels.Copy), "cp.async.wait_group 1;")]
    [InlineData(nameof(IntrinsicKernels.Copy), "cp.async.wait_all;")]
    public void BecomesOneInstruction(string kernel, string instruction)
    {
        foreach ((int, int) architecture in ((int, int)[])[(8, 0), (9, 0)])
        {
            string ptx = PtxAssembly.Compile(typeof(IntrinsicKernels).GetMethod(kernel)!, architecture);
            Assert.Equal(2, ptx.Split(instruction).Length);
            PtxReport report = PtxReport.Of(ptx);
            Assert.Empty(report.Lint);
            Assert.Equal(0, report.LocalBytes);

            // Shared memory is named by its own addresses: converting one as if it were generic would name another.
            Assert.DoesNotContain("cvta.to.shared", ptx);
        }
    }

    [Fact]
    public void MultipliesTf32() => Multiply(IntrinsicKernels.MultiplyTf32, 1, () => Bits(Real()), TensorFormats.OfTf32);

    [Fact]
    public void MultipliesBf16() => Multiply(IntrinsicKernels.MultiplyBf16, 2, () => Bits(Real()) >> 16, TensorFormats.OfBf16);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void MultipliesBytes(bool isSigned)
    {
        uint[,] a = Matrix(16, 32, () => (uint)random.Next(256)), b = Matrix(32, 8, () => (uint)random.Next(256)), c = Matrix(16, 8, () => (uint)random.NextInt64(1L << 32));
        uint[,] sums = Product(isSigned ? IntrinsicKernels.MultiplyBytes : IntrinsicKernels.MultiplyMixedBytes, 4, a, b, c);
        Each(16, 8, (row, column) =>
        {
            int sum = (int)c[row, column];
            for (int k = 0; k < 32; k++) sum = unchecked(sum + ((isSigned ? (sbyte)a[row, k] : (int)a[row, k]) * (sbyte)b[k, column]));
            Assert.Equal((uint)sum, sums[row, column]);
        });
    }

    [Fact]
    public void LoadsMatrices()
    {
        uint[] words = Words(4 * Lanes), loaded = warps.Run(IntrinsicKernels.LoadMatrices, words, [], new uint[4 * Lanes]);
        for (int i = 0; i < 4 * Lanes; i++)
        {
            (int lane, int matrix) = Math.DivRem(i, 4);
            Assert.Equal(words[(4 * ((8 * matrix) + (lane / 4))) + (lane % 4)], loaded[i]);
        }
    }

    [Fact]
    public void LoadsTransposedMatrices()
    {
        uint[] words = Words(4 * Lanes);
        ReadOnlySpan<ushort> numbers = MemoryMarshal.Cast<uint, ushort>(words), loaded = MemoryMarshal.Cast<uint, ushort>(
            warps.Run(IntrinsicKernels.LoadMatricesTransposed, words, [], new uint[4 * Lanes]));
        for (int i = 0; i < 8 * Lanes; i++)
        {
            int lane = i / 8, matrix = i / 2 % 4, row = (lane % 4 * 2) + (i % 2), column = lane / 4;
            Assert.Equal(numbers[(64 * matrix) + (8 * row) + column], loaded[i]);
        }
    }

    [Fact]
    public void RoundsToTf32()
    {
        uint[] x = RoundingCases(13), rounded = warps.Run(IntrinsicKernels.ToTf32, x, [], new uint[Lanes]);
        for (int i = 0; i < Lanes; i++) AssertSame(Rounded(Float(x[i]), 10, MidpointRounding.AwayFromZero), Float(rounded[i]));
    }

    [Fact]
    public void RoundsToBf16()
    {
        uint[] low = RoundingCases(16), high = [.. low.Reverse()], rounded = warps.Run(IntrinsicKernels.ToBf16Pair, low, high, new uint[Lanes]);
        for (int i = 0; i < Lanes; i++)
        {
            AssertSame(Rounded(Float(low[i]), 7, MidpointRounding.ToEven), Float(rounded[i] << 16));
            AssertSame(Rounded(Float(high[i]), 7, MidpointRounding.ToEven), Float(rounded[i] & 0xFFFF0000));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SumsProductsOfBytes(bool isSigned)
    {
        uint[] a = Words(Lanes), b = Words(Lanes), c = Words(Lanes);
        (a[0], b[0], c[0]) = (0x80808080, 0x80808080, int.MaxValue);
        uint[] sums = warps.Run(isSigned ? IntrinsicKernels.SignedBytes : IntrinsicKernels.MixedBytes, a, b, [.. c]);
        for (int i = 0; i < Lanes; i++)
        {
            long sum = (int)c[i];
            for (int k = 0; k < 4; k++)
            {
                byte left = BitConverter.GetBytes(a[i])[k];
                sum += (isSigned ? (sbyte)left : left) * (sbyte)BitConverter.GetBytes(b[i])[k];
            }

            Assert.Equal((uint)sum, sums[i]);
        }
    }

    [Fact]
    public void CopiesAndFillsWithZeros()
    {
        uint[] words = Words(4 * Lanes), bytes = [.. Enumerable.Range(0, Lanes).Select(lane => (uint)(lane % 3 == 0 ? 16 : lane % 17))];
        uint[] copied = warps.Run(IntrinsicKernels.Copy, words, bytes, new uint[4 * Lanes]);
        for (int lane = 0; lane < Lanes; lane++)
        {
            int from = (lane + 1) % Lanes, count = (int)bytes[from];
            byte[] expected = [.. MemoryMarshal.AsBytes(words.AsSpan(4 * from, 4))[..count], .. new byte[16 - count]];
            Assert.Equal(expected, MemoryMarshal.AsBytes(copied.AsSpan(4 * lane, 4)).ToArray());
        }
    }

    [Fact]
    public void NarrowWarpsAreRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => GpuDevice.Emulator(3));

    /// <summary>A product against sums in the order of k, in float32.</summary>
    private void Multiply(Action<IntrinsicKernels.Args> kernel, int perWord, Func<uint> number, Func<uint, float> valueOf)
    {
        int depth = 8 * perWord;
        uint[,] a = Matrix(16, depth, number), b = Matrix(depth, 8, number), c = Matrix(16, 8, () => Bits(Real()));
        uint[,] sums = Product(kernel, perWord, a, b, c);
        Each(16, 8, (row, column) =>
        {
            float sum = Float(c[row, column]);
            for (int k = 0; k < depth; k++) sum += valueOf(a[row, k]) * valueOf(b[k, column]);
            Assert.Equal(sum, Float(sums[row, column]));
        });
    }

    /// <summary>Deals matrices out to the lanes as the PTX ISA draws them, multiplies, and puts the lanes' sums together.</summary>
    private uint[,] Product(Action<IntrinsicKernels.Args> kernel, int perWord, uint[,] a, uint[,] b, uint[,] c)
    {
        uint[] left = new uint[4 * Lanes], right = new uint[2 * Lanes], sums = new uint[4 * Lanes];
        int bits = 32 / perWord;
        for (int lane = 0; lane < Lanes; lane++)
        {
            int group = lane / 4, inGroup = lane % 4;
            for (int i = 0; i < perWord; i++)
            {
                int k = (perWord * inGroup) + i, far = k + (4 * perWord), shift = bits * i;
                left[4 * lane] |= a[group, k] << shift;
                left[(4 * lane) + 1] |= a[group + 8, k] << shift;
                left[(4 * lane) + 2] |= a[group, far] << shift;
                left[(4 * lane) + 3] |= a[group + 8, far] << shift;
                right[2 * lane] |= b[k, group] << shift;
                right[(2 * lane) + 1] |= b[far, group] << shift;
            }

            for (int i = 0; i < 4; i++) sums[(4 * lane) + i] = c[group + (8 * (i / 2)), (2 * inGroup) + (i % 2)];
        }

        sums = warps.Run(kernel, left, right, sums);
        var result = new uint[16, 8];
        for (int i = 0; i < 4 * Lanes; i++) result[(i / 16) + (8 * (i / 2 % 2)), (2 * (i / 4 % 4)) + (i % 2)] = sums[i];
        return result;
    }

    private static uint[,] Matrix(int rows, int columns, Func<uint> number)
    {
        var matrix = new uint[rows, columns];
        Each(rows, columns, (row, column) => matrix[row, column] = number());
        return matrix;
    }

    private static void Each(int rows, int columns, Action<int, int> body)
    {
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
                body(row, column);
    }

    /// <summary>Numbers with ties of either parity among them: the bits that are cut off are a half, a little less or a little more.</summary>
    private uint[] RoundingCases(int bits)
    {
        uint half = 1u << (bits - 1);
        uint[] special = [0, 0x80000000, Bits(float.PositiveInfinity), Bits(float.NegativeInfinity), Bits(float.NaN), Bits(float.MaxValue), 1, half, 3 * half];
        return [.. special, .. Enumerable.Range(0, Lanes - special.Length).Select(i => (Bits(Real()) & ~((2 * half) - 1)) + (uint)(half + (i % 3) - 1))];
    }

    /// <summary>The nearest number with so many bits of fraction, in double precision.</summary>
    private static double Rounded(float x, int bits, MidpointRounding ties)
    {
        if (!float.IsFinite(x) || x == 0) return x;
        double unit = Math.ScaleB(1, Math.Max(Math.ILogB(x), -126) - bits);
        return (float)(Math.Round(x / unit, ties) * unit);
    }

    private static void AssertSame(double expected, float actual) => Assert.Equal(expected, actual);

    private static uint Bits(float x) => BitConverter.SingleToUInt32Bits(x);

    private static float Float(uint bits) => BitConverter.UInt32BitsToSingle(bits);

    private float Real() => (float)((random.NextDouble() - 0.5) * Math.ScaleB(1, random.Next(-3, 4)));

    private uint[] Words(int count) => [.. Enumerable.Range(0, count).Select(_ => (uint)random.NextInt64(1L << 32))];

    public sealed class Warps : IDisposable
    {
        private readonly GpuDevice emulator = GpuDevice.Emulator(Lanes);

        public uint[] Run(Action<IntrinsicKernels.Args> kernel, uint[] a, uint[] b, uint[] c)
        {
            using Storage<uint> left = emulator.Allocate<uint>(a), right = emulator.Allocate<uint>(b.Length == 0 ? a : b), sums = emulator.Allocate<uint>(c);
            emulator.LaunchGroups(kernel, 1, Lanes, new IntrinsicKernels.Args(emulator.View(left), emulator.View(right), emulator.View(sums)));
            return sums.ToArray();
        }

        public void Dispose() => emulator.Dispose();
    }
}
