using RawFuse.Kernels;

namespace RawFuse.KernelCases;

/// <summary>
/// All kernel cases. A new operation adds one line to its family's table, and with it comes the comparison with the reference, of
/// thread counts, of the emulator and of real GPUs with the CPU, the PTX check and the runs with narrower vectors.
/// </summary>
public static class KernelTable
{
    /// <summary>The tests' seed.</summary>
    public const int StandardSeed = 20240607;

    private static readonly Dictionary<string, KernelCase> Cases = new KernelCase[][]
    {
        ElementwiseCases.All, CopyCases.All, ConvolutionCases.All, EpilogueCases.All, WeightSetCases.All, PoolCases.All, ResampleCases.All,
        NormCases.All, ReduceCases.All, OptimCases.All, QuantCases.All, Int8Cases.All, MatMulCases.All, FaultCases.All,
    }.SelectMany(family => family).ToDictionary(@case => @case.Name);

    /// <summary>The names of all cases, in the order of the table.</summary>
    public static IReadOnlyCollection<string> Names => Cases.Keys;

    /// <summary>The names of the cases that the emulator runs.</summary>
    public static IEnumerable<string> Emulated => Cases.Values.Where(@case => @case.Emulate).Select(@case => @case.Name);

    /// <summary>The names of the cases that the emulator runs on tensor cores.</summary>
    public static IEnumerable<string> EmulatedOnTensorCores => Cases.Values.Where(@case => @case.EmulateTensorCores).Select(@case => @case.Name);

    /// <summary>The names of the cases that devices use tensor cores for, where their precision lets them, with equal results.</summary>
    public static IEnumerable<string> ForTensorCores => Cases.Values.Where(@case => @case.ForTensorCores).Select(@case => @case.Name);

    /// <summary>Runs a case on a device and returns what it wrote.</summary>
    /// <param name="name">The case.</param>
    /// <param name="device">The device.</param>
    /// <param name="toy">Whether sizes must suit the emulator.</param>
    /// <param name="seed">Of the random inputs; equal seeds give equal inputs on all devices.</param>
    /// <exception cref="KernelCaseException">A kernel wrote where it must not.</exception>
    internal static KernelRun Run(string name, Device device, bool toy = false, int seed = StandardSeed)
    {
        var run = new KernelRun(device, toy, seed);
        Cases[name].Body(run);
        run.Finish();
        return run;
    }

    /// <summary>Runs a case on two devices and compares what they wrote.</summary>
    /// <param name="name">The case.</param>
    /// <param name="device">The device to check.</param>
    /// <param name="expected">The device that is right.</param>
    /// <param name="toy">Whether sizes must suit the emulator.</param>
    /// <param name="seed">Of the random inputs.</param>
    /// <returns>How the first device's numbers differ from the second's, in words; null where they do not.</returns>
    /// <exception cref="KernelCaseException">A kernel wrote where it must not.</exception>
    public static string? Compare(string name, Device device, Device expected, bool toy = false, int seed = StandardSeed)
    {
        IReadOnlyList<KernelOutput> outputs = Run(name, expected, toy, seed).Outputs;
        return KernelOutput.Difference(Run(name, device, toy, seed).Outputs, number => outputs[number].Values);
    }
}
