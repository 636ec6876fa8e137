using System.Reflection;
using RawFuse.Kernels;

namespace RawFuse.Tests.Kernels;

/// <summary>What the report reads out of PTX, from snippets and real kernels.</summary>
public sealed class PtxReportTests
{
    private static PtxReport Body(string body) => PtxReport.Of($".entry Kernel\n{{\n{body}\n\tret;\n}}\n");

    [Theory]
    [InlineData("\t.local .align 8 .b8 __local_depot0[320];", 320, 0)]
    [InlineData("\t.local .align 4 .b8 array[16][4];", 64, 0)]
    [InlineData("\t.local .b32 word;", 4, 0)]
    [InlineData("\t.local .v4 .f32 numbers[2];", 32, 0)]
    [InlineData(".shared .align 16 .b8 tile[16896];", 0, 16896)]
    [InlineData("\t.shared .align 4 .f32 sums[64];\n\t.shared .b8 flags[3];", 0, 259)]
    [InlineData(".extern .shared .align 4 .b8 launch[];", 0, 0)]
    [InlineData("// .local .align 8 .b8 no[320];\n\tld.local.f32 %f1, [%rd1];", 0, 0)]
    public void CountsMemory(string text, int local, int shared)
    {
        PtxReport report = Body(text);
        Assert.Equal((local, shared), (report.LocalBytes, report.SharedBytes));
    }

    [Theory]
    [InlineData("\tld.global.v4.f32 {%f1, %f2, %f3, %f4}, [%rd1];", "ld.global.v4.f32", 128)]
    [InlineData("\t@%p1 ld.global.v2.b64\t{%rd1, %rd2}, [%rd3+16];", "ld.global.v2.b64", 128)]
    [InlineData("\t@!%p1 ld.volatile.global.v4.u8 {%rs1, %rs2, %rs3, %rs4}, [%rd3];", "ld.volatile.global.v4.u8", 32)]
    [InlineData("L_1: ld.global.nc.v2.f32 {%f1, %f2}, [%rd1];", "ld.global.nc.v2.f32", 64)]
    [InlineData("\tld.shared.v4.b32 {%r1, %r2, %r3, %r4}, [%r5];", "ld.shared.v4.b32", 0)]
    public void CountsVectorLoads(string line, string kind, int widest)
    {
        PtxReport report = Body($"{line}\n{line}");
        Assert.Equal([new(kind, 2)], report.VectorLoads);
        Assert.Equal((2, widest), (report.VectorLoadCount, report.WidestGlobalLoadBits));
    }

    [Theory]
    [InlineData("\tld.global.f32 %f1, [%rd1];", 32)]
    [InlineData("\tld.u8 %r1, [%rd1];", 8)]
    [InlineData("\tld.param.v4.f32 {%f1, %f2, %f3, %f4}, [args];", 0)]
    [InlineData("\tst.global.v4.f32 [%rd1], {%f1, %f2, %f3, %f4};", 0)]
    public void OtherAccessesAreNoVectorLoads(string line, int widest)
    {
        Assert.Empty(Body(line).VectorLoads);
        Assert.Equal(widest, Body(line).WidestGlobalLoadBits);
    }

    [Theory]
    [InlineData("\tst.global.v4.f32 [%rd1], {%f1, %f2, %f3, %f4};", 128)]
    [InlineData("\t@%p1 st.global.v2.b16\t[%rd1+8], {%rs1, %rs2};", 32)]
    [InlineData("L_1: st.global.b8 [%rd1], %r1;", 8)]
    [InlineData("\tst.shared.v4.b32 [%r5], {%r1, %r2, %r3, %r4};", 0)]
    [InlineData("\tld.global.v4.f32 {%f1, %f2, %f3, %f4}, [%rd1];", 0)]
    public void FindsTheWidestStore(string line, int widest) => Assert.Equal(widest, Body($"{line}\n{line}").WidestGlobalStoreBits);

    [Fact]
    public void CountsArithmetic()
    {
        PtxReport report = Body("""
            .reg .f32 %f<7>;
            .reg .b32 %r<3>;
            .reg .b32 one;
            fma.rn.f32 %f1, %f2, %f3, %f1; fma.rn.ftz.f32 %f1, %f2, %f3, %f1;
            mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%f1, %f2, %f3, %f4}, {%r1, %r2, %r3, %r4}, {%r5, %r6}, {%f1, %f2, %f3, %f4};
            @%p1 dp4a.s32.s32 %r1, %r2, %r3, %r1;
            cp.async.cg.shared.global [%r1], [%rd1], 16;
            cp.async.ca.shared.global [%r1], [%rd1], 4;
            cp.async.commit_group;
            cp.async.wait_group 1;
            cp.async.wait_all;
            ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r1, %r2, %r3, %r4}, [%r5];
            mov.u32 %mma, %r1;
            """);
        Assert.Equal((2, 1, 1, 2, 1), (report.Fma, report.Mma, report.Dp4a, report.CpAsync, report.Ldmatrix));
        Assert.Equal([new("b32", 4), new("f32", 7)], report.Registers);
        Assert.Empty(report.Lint);
    }

    [Fact]
    public void ReportsLint() => Assert.Contains("a move without a type", Assert.Single(Body("\tmov %r1, %r2;").Lint));

    /// <summary>What makes them fast, as far as it can be seen without a GPU: sums stay in registers, operands come 16 bytes at a time, bytes are multiplied in fours.</summary>
    [Theory]
    [InlineData("GpuGemm<Single, FloatMath, SquareTile, ForwardGeometry, ForwardPixels, ForwardWeights, PixelStore>.Kernel", 0)]
    [InlineData("GpuGemm<Single, FloatMath, TallTile, InputGradientGeometry, GradientPixels, GradientWeights, PixelStore>.Kernel", 0)]
    [InlineData("GpuGemm<Single, FloatMath, NarrowTile, WeightGradientGeometry, TapPixels, PixelGradients, ShareStore>.Kernel", 0)]
    [InlineData("GpuGemm<Int32, SignedByteMath, SquareTile, ByteGeometry, BytePixels, ByteWeights, Int8PixelStore>.Kernel", 64)]
    public void ConvolutionsStayInRegisters(string kernel, int dp4a)
    {
        PtxReport report = Real(kernel);
        Assert.Equal(0, report.LocalBytes);
        Assert.Equal(128, report.WidestGlobalLoadBits);
        Assert.Equal(4, report.VectorLoads.Where(load => load.Key.StartsWith("ld.shared.v4", StringComparison.Ordinal)).Sum(load => load.Value));
        Assert.InRange(report.SharedBytes, 1, 48 * 1024);
        Assert.Equal(dp4a, report.Dp4a);
        Assert.Empty(report.Lint);
    }

    /// <summary>
    /// The same on tensor cores: every warp multiplies 4 or 2 times 16 rows with 4 times 8 columns; what need not change passes no registers; operands along the sums' terms come by
    /// matrix loads, those of BF16 in any case.
    /// </summary>
    [Theory]
    [InlineData("Single, Tf32Format, SquareTensorTile, ForwardGeometry, CopiedChunk<Single, ForwardPixels>, StagedChunk<Single, ForwardWeights, Tf32Format>, PixelStore", 16, 4, 4)]
    [InlineData("Single, Tf32Format, TallTensorTile, InputGradientGeometry, CopiedChunk<Single, GradientPixels>, StagedChunk<Single, GradientWeights, Tf32Format>, PixelStore", 16, 8, 6)]
    [InlineData("Single, Tf32Format, SquareTensorTile, WeightGradientGeometry, CopiedChunk<Single, TapPixels>, CopiedChunk<Single, PixelGradients>, ShareStore", 16, 8, 0)]
    [InlineData("Single, Bf16Format, NarrowTensorTile, ForwardGeometry, StagedChunk<Single, ForwardPixels, Bf16Format>, StagedChunk<Single, ForwardWeights, Bf16Format>, PixelStore", 8, 0, 4)]
    [InlineData("Single, Bf16Format, SquareTensorTile, WeightGradientGeometry, StagedChunk<Single, TapPixels, Bf16Format>, StagedChunk<Single, PixelGradients, Bf16Format>, ShareStore", 16, 0, 6)]
    [InlineData("Int32, UnsignedByteFormat, SquareTensorTile, ByteGeometry, CopiedChunk<Int32, BytePixels>, StagedChunk<Int32, ByteWeights, UnsignedByteFormat>, Int8PixelStore", 16, 4, 4)]
    public void ConvolutionsUseTensorCores(string kernel, int mma, int copies, int matrixLoads)
    {
        PtxReport report = Real($"TensorGemm<{kernel}>.Kernel");
        Assert.Equal(0, report.LocalBytes);
        Assert.Equal((mma, copies, matrixLoads), (report.Mma, report.CpAsync, report.Ldmatrix));
        Assert.Equal(16 * TensorGemm.SharedChunks, report.SharedBytes);
        Assert.InRange(report.SharedBytes, 1, 48 * 1024);
        Assert.Empty(report.Lint);
    }

    /// <summary>Kernels that do little but move numbers move 16 bytes at a time, in and out, and keep nothing in local memory.</summary>
    [Theory]
    [InlineData("Map<Relu>.Kernel", 128, 128)]
    [InlineData("CopyBlock.Kernel", 128, 128)]
    [InlineData("CopyTensors.Kernel", 128, 128)]
    [InlineData("Fill<Byte>.Kernel", 0, 128)]
    [InlineData("MaxPool2d.Kernel<Float4>", 128, 128)]
    [InlineData("MaxPool2dGradient.Kernel<Float4>", 128, 128)]
    [InlineData("MaxPool2dInt8.Kernel<Bytes16>", 128, 128)]
    [InlineData("AveragePool2d.Kernel<Float4>", 128, 128)]
    [InlineData("AveragePool2dGradient.Kernel<Float4>", 128, 128)]
    [InlineData("AdaptiveAveragePool2d.Kernel<Float4>", 128, 128)]
    [InlineData("UpsampleNearest2d.Kernel<Float4>", 128, 128)]
    [InlineData("UpsampleNearest2dGradient.Kernel<Float4>", 128, 128)]
    [InlineData("Pad2d.Kernel<Float4>", 128, 128)]
    [InlineData("AbsoluteMaximum.Kernel", 128, 32)]
    [InlineData("Quantize.Kernel", 128, 32)]
    [InlineData("FakeQuantize.Kernel", 128, 128)]
    [InlineData("QuantizeActivations.Kernel", 128, 32)]
    [InlineData("DequantizeActivations.Kernel", 32, 128)]
    [InlineData("InjectFaults.Kernel<DrawnTiles>", 128, 128)]
    [InlineData("DrawFaultMask.Kernel<DrawnTiles>", 128, 128)]
    [InlineData("DrawFaultMask.Kernel<MappedTiles>", 128, 128)]
    [InlineData("ApplyFaultMask.Kernel", 128, 128)]
    [InlineData("UpdateFaultMask.Kernel", 128, 128)]
    [InlineData("SgdStep.Kernel", 128, 128)]
    [InlineData("AdamStep.Kernel", 128, 128)]
    [InlineData("AverageStep.Kernel", 128, 128)]
    [InlineData("FlagNonFinite.Kernel", 128, 32)]
    public void MemoryMovesInWideWords(string kernel, int widestLoad, int widestStore)
    {
        PtxReport report = Real(kernel);
        Assert.Equal((0, widestLoad, widestStore), (report.LocalBytes, report.WidestGlobalLoadBits, report.WidestGlobalStoreBits));
        Assert.Empty(report.Lint);
    }

    [Fact]
    public void ReadsRealKernels()
    {
        PtxReport map = Real("Map<Relu>.Kernel");
        Assert.Equal((0, 0), (map.LocalBytes, map.SharedBytes));
        Assert.InRange(map.WidestGlobalLoadBits, 32, 128);
        Assert.NotEmpty(map.Registers);
        Assert.Equal(0, map.Mma + map.CpAsync + map.Ldmatrix + map.Dp4a);
    }

    private static PtxReport Real(string name)
    {
        MethodInfo kernel = Assert.Single(GpuKernels.Find(), kernel => GpuKernels.NameOf(kernel) == name);
        return PtxReport.Of(PtxAssembly.Compile(kernel, (8, 0)));
    }
}
