using System.Reflection;
using ILGPU;
using RawFuse.Kernels;

namespace RawFuse.Tests.Kernels;

/// <summary>The kernels are found by themselves; that none is missing among those that run is checked where they run (<see cref="EmulatorKernelTests"/>).</summary>
public sealed class GpuKernelsTests
{
    private static readonly string[] Names = [.. GpuKernels.Find().Select(GpuKernels.NameOf)];

    [Fact]
    public void EveryOperationLaunchesOne() => Assert.All(GpuKernels.Operations(), operation => Assert.NotEmpty(GpuKernels.LaunchedBy(operation)));

    /// <summary>What has the form of a kernel is one: a static method without a result that takes one struct with views of memory.</summary>
    [Fact]
    public void NothingThatLooksLikeOneIsMissing()
    {
        HashSet<int> found = [.. GpuKernels.Find().Select(kernel => kernel.MetadataToken)];
        MethodInfo[] forms =
        [
            .. from type in typeof(GpuKernels).Assembly.GetTypes()
               from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
               where method.ReturnType == typeof(void) && method.GetParameters() is [{ ParameterType.IsValueType: true } args] && HasView(args.ParameterType)
               select method,
        ];
        Assert.NotEmpty(forms);
        Assert.Empty(forms.Where(method => !found.Contains(method.MetadataToken)).Select(GpuKernels.NameOf));
    }

    private static bool HasView(Type type) => type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Any(field =>
        (field.FieldType.IsGenericType && field.FieldType.GetGenericTypeDefinition() == typeof(ArrayView<>))
        || (field.FieldType is { IsValueType: true, IsPrimitive: false } && field.FieldType.Assembly == typeof(GpuKernels).Assembly && HasView(field.FieldType)));

    [Fact]
    public void NamesAreUnique() => Assert.Equal(Names.Length, Names.Distinct().Count());

    [Theory]
    [InlineData("Fill<Single>.Kernel")]
    [InlineData("Fill<Byte>.Kernel")]
    [InlineData("Map<Relu>.Kernel")]
    [InlineData("MapGradient<Tanh>.Kernel")]
    [InlineData("Zip<Multiply>.Kernel")]
    [InlineData("GpuGemm<Single, FloatMath, NarrowTile, ForwardGeometry, ForwardPixelElements, ForwardWeights, PixelStore>.Kernel")]
    [InlineData("InjectFaults.Kernel<WordTiles>")]
    [InlineData("InjectFaults.Kernel<MappedTiles>")]
    [InlineData("DrawFaultMask.Kernel<DrawnTiles>")]
    public void Finds(string name) => Assert.Contains(name, Names);
}
