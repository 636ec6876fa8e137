using RawFuse.KernelCases;
using RawFuse.Kernels;

namespace RawFuse.GpuBench;

/// <summary>
/// The kernel table: every case on the device against the processor, with inputs that no test has seen. Those that may use tensor cores once more at each precision that they have.
/// </summary>
internal static class CheckCases
{
    private const int QuickStride = 8;

    /// <summary>The largest ones take a second on a processor; the emulator's, some seconds.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // Convolutions as their definition has them, so that whole numbers are exact.
    private static readonly Lazy<CpuDevice> Processor = new(() => new CpuDevice(convolutions: ConvolutionMode.Direct));

    public static IEnumerable<BenchCase> For(BenchOptions options)
    {
        IEnumerable<string> names = options.IsToy ? KernelTable.Emulated : KernelTable.Names;
        IEnumerable<(string Name, MatrixPrecision Precision)> cases =
        [
            .. from name in names select (name, MatrixPrecision.Float32),

            // The emulator opened by its name has none.
            .. from precision in (MatrixPrecision[])[MatrixPrecision.TensorFloat32, MatrixPrecision.BFloat16]
               from name in options.IsToy ? [] : KernelTable.ForTensorCores
               select (name, precision),
        ];
        return from @case in cases.Where((_, i) => !options.IsQuick || i % QuickStride == 0) select Check(@case.Name, @case.Precision, options);
    }

    private static BenchCase Check(string name, MatrixPrecision precision, BenchOptions options)
    {
        string full = precision == MatrixPrecision.Float32 ? name : $"{name}, {precision}";
        return new BenchCase(full, device =>
        {
            if (device is GpuDevice gpu) gpu.Precision = precision;
            return new CaseResult(full, KernelTable.Compare(name, device, Processor.Value, options.IsToy, options.Seed));
        }, Limit);
    }
}
