using RawFuse.Kernels;

namespace RawFuse.Tests.Kernels;

/// <summary>The kernels are found by themselves; that none is missing among those that run is checked where they run (<see cref="EmulatorKernelTests"/>).</summary>
public sealed class GpuKernelsTests
{
    private static readonly string[] Names = [.. GpuKernels.Find().Select(GpuKernels.NameOf)];

    [Fact]
    public void EveryOperationLaunchesOne() => Assert.All(GpuKernels.Operations(), operation => Assert.NotEmpty(GpuKernels.LaunchedBy(operation)));

    [Fact]
    public void NamesAreUnique() => Assert.Equal(Names.Length, Names.Distinct().Count());

    [Theory]
    [InlineData("Fill<Single>.Kernel")]
    [InlineData("Fill<Byte>.Kernel")]
    [InlineData("Map<Relu>.Kernel")]
    [InlineData("MapGradient<Tanh>.Kernel")]
    [InlineData("BatchNormForward.StatisticsKernel")]
    [InlineData("BatchNormForward.NormalizeKernel")]
    [InlineData("Conv2dForward.Kernel")]
    [InlineData("GpuEpilogue.Kernel")]
    [InlineData("InjectFaults.Kernel<WordCells>")]
    [InlineData("InjectFaults.Kernel<FieldCells<MappedCells>>")]
    [InlineData("DrawFaultMask.Kernel<DrawnCells>")]
    public void Finds(string name) => Assert.Contains(name, Names);
}
