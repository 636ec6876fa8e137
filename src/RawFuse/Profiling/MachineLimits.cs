using System.Diagnostics;
using System.Runtime.Intrinsics;
using RawFuse.Kernels;

namespace RawFuse.Profiling;

/// <summary>
/// What a machine can do at most, as measured: multiply-adds that touch registers only, and copies of arrays far larger than its caches, each at its fastest of
/// several samples. A kernel's time is bounded from below by either (the roofline model; Williams, Waterman and Patterson, 2009).
/// </summary>
/// <param name="FmaGflops">Multiply-adds in GFLOP/s, each counted as two operations.</param>
/// <param name="CopyGigabytes">Copies in GB/s, bytes read and bytes written added up. What a kernel finds in a cache may come faster.</param>
public sealed record MachineLimits(double FmaGflops, double CopyGigabytes)
{
    private const int CopyFloats = 64 * 1024 * 1024;

    /// <summary>Some milliseconds of multiply-adds, against which a launch does not count.</summary>
    private const int FmaRounds = 1024;

    /// <summary>Measures what a device can do, a CPU with all its threads. It takes 512 MB of the device's memory, which is given back, and one or two seconds.</summary>
    /// <param name="device">The device.</param>
    /// <returns>Null for the emulator, whose times mean nothing.</returns>
    /// <exception cref="DeviceMemoryException">The device has no room for it.</exception>
    public static MachineLimits? Measure(Device device)
    {
        if (device is GpuDevice { IsEmulator: true }) return null;
        var limits = new MachineLimits(device is CpuDevice cpu ? MeasureFma(cpu) : MeasureFma((GpuDevice)device), MeasureCopy(device));
        device.Pool.Trim();
        return limits;
    }

    /// <summary>Measures multiply-adds with the widest vectors, in GFLOP/s.</summary>
    /// <param name="device">Whose threads.</param>
    /// <param name="maximumBits">Widest vectors to use, 256 or 512 bits.</param>
    public static double MeasureFma(CpuDevice device, int maximumBits = 512) =>
        Vector512.IsHardwareAccelerated && maximumBits >= 512
            ? FmaLoops.Gflops(device, new FmaLoops.Loop512())
            : FmaLoops.Gflops(device, new FmaLoops.Loop256());

    /// <summary>Measures multiply-adds of as many threads as a launch has, outside of tensor cores, in GFLOP/s.</summary>
    /// <param name="device">The GPU.</param>
    /// <param name="rounds">How long a run is; see <see cref="MultiplyAddChainsArgs"/>.</param>
    public static double MeasureFma(GpuDevice device, int rounds = FmaRounds)
    {
        using Storage<float> sums = device.Allocate<float>(device.MostThreads);
        var chains = new MultiplyAddChainsArgs(sums, sums.Length, rounds, Factor: 0.999f, Addend: 0.001f);
        return chains.Cost.Flops / FastestRun<MultiplyAddChains, MultiplyAddChainsArgs>(device, chains) / 1e9;
    }

    /// <summary>Measures copies, in GB/s read and written together.</summary>
    public static double MeasureCopy(Device device)
    {
        const int rows = 1024;
        using Storage<float> from = device.Allocate<float>(CopyFloats), to = device.Allocate<float>(CopyFloats);
        device.Run<Fill<float>, FillArgs<float>>(new(from, CopyFloats, 0));
        var copy = new CopyBlockArgs(from, 0, CopyFloats / rows, to, 0, CopyFloats / rows, rows, CopyFloats / rows);
        return copy.Cost.Bytes / FastestRun<CopyBlock, CopyBlockArgs>(device, copy) / 1e9;
    }

    /// <summary>The better of two measurements: whatever disturbs one makes it smaller.</summary>
    public MachineLimits Or(MachineLimits other) => new(Math.Max(FmaGflops, other.FmaGflops), Math.Max(CopyGigabytes, other.CopyGigabytes));

    /// <summary>The least time that so many operations and bytes take: the larger one of what each takes alone.</summary>
    /// <param name="flops">Floating-point operations.</param>
    /// <param name="bytes">Bytes read and written.</param>
    /// <returns>Seconds.</returns>
    public double Seconds(long flops, long bytes) => Math.Max(flops / (1e9 * FmaGflops), bytes / (1e9 * CopyGigabytes));

    /// <summary>Whether the multiply-adds are what binds so many operations and bytes, rather than the memory.</summary>
    public bool IsBoundByFma(long flops, long bytes) => flops / FmaGflops > bytes / CopyGigabytes;

    /// <summary>Seconds of a kernel's fastest run, by the clock that profiles are taken with.</summary>
    private static double FastestRun<TKernel, TArgs>(Device device, TArgs args)
        where TKernel : IKernel<TArgs>
        where TArgs : struct
    {
        var profile = new KernelProfile();
        IKernelListener? before = device.Listener;
        device.Listener = profile;
        try
        {
            Timing.Fastest(() =>
            {
                device.Run<TKernel, TArgs>(in args);
                device.Synchronize();
            });
        }
        finally
        {
            device.Listener = before;
        }

        return profile.Kernels.Min(kernel => Stopwatch.GetElapsedTime(kernel.Start, kernel.Stop).TotalSeconds);
    }
}
