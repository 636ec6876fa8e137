using System.Reflection;
using RawFuse.KernelCases;
using RawFuse.Kernels;

namespace RawFuse.Tests.Kernels;

/// <summary>The matrix product on tensor cores: results on the emulator, and the PTX it becomes.</summary>
public sealed class TensorMatMulTests
{
    [Theory]
    [InlineData(MatrixPrecision.TensorFloat32)]
    [InlineData(MatrixPrecision.BFloat16)]
    public void EqualsTheProductOfRoundedFactors(MatrixPrecision precision)
    {
        using GpuDevice emulator = GpuDevice.Emulator(warpSize: 32);
        Assert.True(emulator.HasTensorCores);

        // Two groups, sums of one step and of several with a rest, copies in chunks and, where lines are no multiple of 16 bytes, one by one.
        foreach ((int rows, int columns, int depth) in ((int, int, int)[])[(20, 36, 16), (130, 12, 40), (17, 5, 19), (3, 2, 0)])
        {
            var random = new Random(5);
            float[] a = random.Reals(rows * depth), b = random.Reals(depth * columns);
            using Storage<float> left = emulator.Allocate<float>(a), right = emulator.Allocate<float>(b), result = emulator.Allocate<float>(new float[(rows * columns) + 16]);
            emulator.Run<MatMul, MatMulArgs>(new(left, right, result, rows, columns, depth, precision));
            float[] c = result.ToArray();
            for (int i = 0; i < rows * columns; i++)
            {
                // The order of k, as the emulator adds.
                float sum = 0;
                for (int k = 0; k < depth; k++) sum += Round(a[(i / columns * depth) + k], precision) * Round(b[(k * columns) + (i % columns)], precision);
                Assert.Equal(sum, c[i]);
            }

            Assert.All(c[(rows * columns)..], beyond => Assert.Equal(0, beyond));
        }
    }

    [Fact]
    public void NarrowWarpsHaveNoTensorCores()
    {
        using GpuDevice emulator = GpuDevice.Emulator();
        Assert.False(emulator.HasTensorCores);
    }

    [Theory]
    [InlineData("TensorMatMul.Kernel<Tf32Format, ChunkCopy>", 16, 8, 4)]
    [InlineData("TensorMatMul.Kernel<Bf16Format, ChunkCopy>", 16, 8, 0)]
    [InlineData("TensorMatMul.Kernel<Tf32Format, ElementCopy>", 16, 0, 4)]
    [InlineData("TensorMatMul.Kernel<Bf16Format, ElementCopy>", 16, 0, 0)]
    public void KeepsItsSumsInRegisters(string name, int mma, int copies, int matrixLoads)
    {
        MethodInfo kernel = Assert.Single(GpuKernels.Find(), kernel => GpuKernels.NameOf(kernel) == name);
        foreach ((int, int) architecture in ((int, int)[])[(8, 0), (9, 0)])
        {
            string ptx = PtxAssembly.Compile(kernel, architecture);
            PtxReport report = PtxReport.Of(ptx);
            Assert.DoesNotContain("cvta.to.shared", ptx);
            Assert.Empty(report.Lint);
            Assert.Equal(0, report.LocalBytes);
            Assert.Equal((mma, copies, matrixLoads), (report.Mma, report.CpAsync, report.Ldmatrix));
        }
    }

    [Fact]
    public void ShortBuffersAreRefused()
    {
        using var device = new CpuDevice(1);
        using Storage<float> a = device.Allocate<float>(6), c = device.Allocate<float>(4);
        var exception = Assert.Throws<ArgumentException>(() => device.Run<MatMul, MatMulArgs>(new(a, a, c, 2, 3, 2)));
        Assert.Contains("C is [2, 3], but its buffer holds 4 numbers", exception.Message);
        Assert.Throws<ArgumentException>(() => device.Run<MatMul, MatMulArgs>(new(a, a, c, -1, 3, 2)));
    }

    private static float Round(float x, MatrixPrecision precision) => precision == MatrixPrecision.TensorFloat32
        ? TensorFormats.OfTf32(TensorFormats.ToTf32(x))
        : TensorFormats.OfBf16(TensorFormats.ToBf16Pair(x, 0) & 0xFFFF);
}
