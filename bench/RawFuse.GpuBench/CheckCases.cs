using RawFuse.KernelCases;
using RawFuse.Kernels;

namespace RawFuse.GpuBench;

/// <summary>The kernel table: every case on the device against the processor, with inputs that no test has seen.</summary>
internal static class CheckCases
{
    private const int QuickStride = 8;

    /// <summary>The largest ones take a second on a processor; the emulator's, some seconds.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // Convolutions as their definition has them, so that whole numbers are exact.
    private static readonly Lazy<CpuDevice> Processor = new(() => new CpuDevice(convolutions: ConvolutionMode.Direct));

    public static IEnumerable<BenchCase> For(BenchOptions options) =>
        from name in (options.IsToy ? KernelTable.Emulated : KernelTable.Names).Where((_, i) => !options.IsQuick || i % QuickStride == 0)
        select new BenchCase(name, device => new CaseResult(name, KernelTable.Compare(name, device, Processor.Value, options.IsToy, options.Seed)), Limit);
}
