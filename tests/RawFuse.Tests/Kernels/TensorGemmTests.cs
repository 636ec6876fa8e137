using RawFuse.KernelCases;
using RawFuse.Kernels;

namespace RawFuse.Tests.Kernels;

/// <summary>Convolutions and matrix products on tensor cores: what they compute on the emulator.</summary>
public sealed class TensorGemmTests(TensorGemmTests.Devices devices) : IClassFixture<TensorGemmTests.Devices>
{
    /// <summary>Numbers of the table are exact in both formats: results must be what they are without tensor cores.</summary>
    [Theory]
    [MemberData(nameof(KernelTheories.EmulatedOnTensorCores), MemberType = typeof(KernelTheories))]
    public void AgreesWithTheCpu(string name)
    {
        IReadOnlyList<KernelOutput> cpu = KernelTable.Run(name, devices.Cpu, toy: true).Outputs;
        foreach (GpuDevice emulator in (GpuDevice[])[devices.Tf32, devices.Bf16])
        {
            KernelAssert.Close(KernelTable.Run(name, emulator, toy: true).Outputs, number => cpu[number].Values);
            Assert.Contains(emulator.LoadedKernels, kernel => GpuKernels.NameOf(kernel).StartsWith("TensorGemm<", StringComparison.Ordinal));
            Assert.Empty(emulator.LoadedKernels.Except(GpuKernels.Find()).Select(GpuKernels.NameOf));
        }
    }

    [Theory]
    [InlineData(MatrixPrecision.TensorFloat32)]
    [InlineData(MatrixPrecision.BFloat16)]
    public void RoundsTheFactorsAndNothingElse(MatrixPrecision precision)
    {
        GpuDevice emulator = precision == MatrixPrecision.TensorFloat32 ? devices.Tf32 : devices.Bf16;
        (int rows, int columns, int depth) = (20, 40, 44);
        var random = new Random(5);
        float[] a = random.Reals(rows * depth), b = random.Reals(depth * columns);
        using Storage<float> left = emulator.Allocate<float>(a), right = emulator.Allocate<float>(b), result = emulator.Allocate<float>(rows * columns);
        emulator.Run<MatMul, MatMulArgs>(new(left, right, result, rows, columns, depth));
        float[] c = result.ToArray();
        for (int i = 0; i < c.Length; i++)
        {
            // The order of k, as the emulator adds.
            float sum = 0;
            for (int k = 0; k < depth; k++) sum += Round(a[(i / columns * depth) + k], precision) * Round(b[(k * columns) + (i % columns)], precision);
            Assert.Equal(sum, c[i]);
        }
    }

    [Fact]
    public void NarrowWarpsHaveNoTensorCores()
    {
        using GpuDevice emulator = GpuDevice.Emulator(precision: MatrixPrecision.TensorFloat32);
        Assert.False(emulator.HasTensorCores);
        float precise = 1 + MathF.ScaleB(1, -20);
        using Storage<float> a = emulator.Allocate<float>([precise, 0, 0, 0]), b = emulator.Allocate<float>(Enumerable.Repeat(1f, 32).ToArray()), c = emulator.Allocate<float>(8);
        emulator.Run<MatMul, MatMulArgs>(new(a, b, c, 1, 8, 4));
        Assert.All(c.ToArray(), sum => Assert.Equal(precise, sum));
    }

    [Fact]
    public void ShortBuffersAreRefused()
    {
        using Storage<float> a = devices.Cpu.Allocate<float>(6), c = devices.Cpu.Allocate<float>(4);
        var exception = Assert.Throws<ArgumentException>(() => devices.Cpu.Run<MatMul, MatMulArgs>(new(a, a, c, 2, 3, 2)));
        Assert.Contains("C is [2, 3], but its buffer holds 4 numbers", exception.Message);
        Assert.Throws<ArgumentException>(() => devices.Cpu.Run<MatMul, MatMulArgs>(new(a, a, c, -1, 3, 2)));
    }

    private static float Round(float x, MatrixPrecision precision) => precision == MatrixPrecision.TensorFloat32
        ? TensorFormats.OfTf32(TensorFormats.ToTf32(x))
        : TensorFormats.OfBf16(TensorFormats.ToBf16Pair(x, 0) & 0xFFFF);

    public sealed class Devices : IDisposable
    {
        public CpuDevice Cpu { get; } = new(1, ConvolutionMode.Direct);

        public GpuDevice Tf32 { get; } = GpuDevice.Emulator(32, MatrixPrecision.TensorFloat32);

        public GpuDevice Bf16 { get; } = GpuDevice.Emulator(32, MatrixPrecision.BFloat16);

        public void Dispose()
        {
            Cpu.Dispose();
            Tf32.Dispose();
            Bf16.Dispose();
        }
    }
}
