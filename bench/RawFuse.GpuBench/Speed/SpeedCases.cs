using System.Globalization;
using RawFuse.Kernels;
using RawFuse.Profiling;

namespace RawFuse.GpuBench.Speed;

/// <summary>All that is timed, in the order of the targets. <see cref="TargetTable"/> knows the names.</summary>
internal static class SpeedCases
{
    /// <summary>Precisions that convolutions, and with them whole steps, are timed at.</summary>
    public static readonly MatrixPrecision[] ConvolutionPrecisions = [MatrixPrecision.TensorFloat32, MatrixPrecision.Float32];

    private const double Seconds = 1.5, QuickSeconds = 0.2;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Makes what is timed; sizes suit the emulator where it is a toy.</summary>
    internal delegate Work Prepare(Device device, bool isToy);

    /// <summary>What is timed at a precision; devices without tensor cores do not round.</summary>
    internal sealed record SpeedCase(string Name, MatrixPrecision Precision, Prepare Prepare);

    public static IEnumerable<BenchCase> For(BenchOptions options) =>
    [
        new("device", device => new CaseResult("device", Note: $"{device.Name}, {string.Create(CultureInfo.InvariantCulture, $"{device.MemoryBytes / 1e9:F0}")} GB"), Limit),
        new("fma-limit", device => Fma(device, options), Limit),
        new("copy", device => Copy(device, options), Limit),
        .. from @case in (IEnumerable<SpeedCase>)[.. EopmCases.All, .. ConvolutionCases.All, .. ProductCases.All, .. MemoryCases.All]
           select new BenchCase(@case.Name, device => Measure(@case, device, options), Limit),
    ];

    /// <summary>A precision as it stands in a case's name.</summary>
    public static string NameOf(MatrixPrecision precision) => precision.ToString().ToLowerInvariant();

    private static CaseResult Measure(SpeedCase @case, Device device, BenchOptions options)
    {
        if (device is GpuDevice gpu) gpu.Precision = @case.Precision;
        CaseResult result;
        using (Work work = @case.Prepare(device, options.IsToy))
        {
            (double median, double fastest) = Sampling.Milliseconds(device, work.Call, options.IsToy ? 0 : options.IsQuick ? QuickSeconds : Seconds);
            result = new CaseResult(@case.Name, MedianMs: median, FastestMs: fastest, Flops: work.Cost.Flops, Bytes: work.Cost.Bytes);
        }

        // The next case has other sizes.
        device.Pool.Trim();
        return result;
    }

    /// <summary>What the multiply-adds of a second are at most: measured where that can be done, or else by the data sheet.</summary>
    private static CaseResult Fma(Device device, BenchOptions options)
    {
        if (options.IsToy) return new CaseResult("fma-limit", Note: "not measured on the emulator");
        double? measured = MachineLimits.Measure(device)?.FmaGflops, nominal = (device as GpuDevice)?.NominalFmaGflops;
        return (measured ?? nominal) is { } gflops
            ? new CaseResult("fma-limit", MedianMs: 1000, Flops: (long)(1e9 * gflops), Note: measured is null ? "lanes times the highest clock" : "measured")
            : new CaseResult("fma-limit", Note: "not known of this device");
    }

    private static CaseResult Copy(Device device, BenchOptions options) => options.IsToy
        ? new CaseResult("copy", Note: "not measured on the emulator")
        : new CaseResult("copy", MedianMs: 1000, Bytes: (long)(1e9 * MachineLimits.MeasureCopy(device)));
}
