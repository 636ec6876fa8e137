using RawFuse.KernelCases;

namespace RawFuse.Tests.Kernels;

/// <summary>Assertions on what kernel cases wrote.</summary>
internal static class KernelAssert
{
    /// <summary>Fails, with the first difference, unless all outputs are within their tolerance of the expected ones.</summary>
    public static void Close(IReadOnlyList<KernelOutput> outputs, Func<int, double[]> expected)
    {
        string? difference = KernelOutput.Difference(outputs, expected);
        Assert.True(difference is null, difference);
    }
}
