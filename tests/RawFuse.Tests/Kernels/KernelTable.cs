using RawFuse.Kernels;

namespace RawFuse.Tests.Kernels;

/// <summary>
/// All kernel cases. A new operation adds one line to its family's table, and with it comes the comparison with the reference, of
/// thread counts, of the emulator with the CPU, the PTX check and the runs with narrower vectors.
/// </summary>
public static class KernelTable
{
    private static readonly Dictionary<string, KernelCase> Cases = new KernelCase[][]
    {
        ElementwiseCases.All, CopyCases.All, ConvolutionCases.All, EpilogueCases.All, WeightSetCases.All, PoolCases.All, ResampleCases.All,
        NormCases.All, ReduceCases.All, OptimCases.All, QuantCases.All, Int8Cases.All, MatMulCases.All,
    }.SelectMany(family => family).ToDictionary(@case => @case.Name);

    public static TheoryData<string> Names => [.. Cases.Keys];

    public static TheoryData<string> EmulatedNames => [.. Emulated];

    /// <summary>The names of the cases that the emulator runs.</summary>
    internal static IEnumerable<string> Emulated => Cases.Values.Where(@case => @case.Emulate).Select(@case => @case.Name);

    /// <summary>The names of the cases that the emulator runs on tensor cores.</summary>
    internal static IEnumerable<string> OnTensorCores => Cases.Values.Where(@case => @case is { Emulate: true, ForTensorCores: true }).Select(@case => @case.Name);

    /// <summary>Runs a case on a device and returns what it wrote.</summary>
    internal static KernelRun Run(string name, Device device, bool toy = false)
    {
        var run = new KernelRun(device, toy);
        Cases[name].Body(run);
        run.Finish();
        return run;
    }
}
