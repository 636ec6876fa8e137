using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace RawFuse.Kernels;

/// <summary>A driver that ILGPU reaches GPUs through: which ones it has, and in words why one cannot be opened.</summary>
/// <param name="kind">What devices are called before their number.</param>
/// <param name="problem">What is missing; null for nothing.</param>
/// <param name="select">Selects the devices.</param>
/// <param name="count">Counts them.</param>
internal sealed class GpuDriver(string kind, Func<string?> problem, Func<Context.Builder, Context.Builder> select, Func<Context, int> count)
{
    public static GpuDriver Cuda { get; } =
        new("cuda", NativeDrivers.CudaProblem, builder => builder.Cuda(), context => context.GetCudaDevices().Count);

    public static GpuDriver OpenCl { get; } =
        new("opencl", NativeDrivers.OpenClProblem, builder => builder.OpenCL(), context => context.GetCLDevices().Count);

    /// <summary>How kernels are compiled; and streams take markers, which uploads and profiles are ordered and timed by.</summary>
    public static Context.Builder Options(Context.Builder builder) => builder.Optimize(OptimizationLevel.O2).Profiling();

    /// <summary>Number of devices.</summary>
    public int Count()
    {
        if (problem() is not null) return 0;
        using Context context = Create();
        return count(context);
    }

    /// <summary>Opens a device.</summary>
    /// <param name="index">Its number, from 0.</param>
    /// <param name="open">Opens it and takes the context over.</param>
    /// <exception cref="DeviceUnavailableException">It is not there, or cannot be used.</exception>
    public GpuDevice Open(int index, Func<Context, GpuDevice> open)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        if (problem() is { } missing) throw new DeviceUnavailableException($"Device '{kind}:{index}' is not there: {missing}.");
        try
        {
            Context context = Create();
            int found = count(context);
            if (index < found) return open(context);
            context.Dispose();
            throw new DeviceUnavailableException($"Device '{kind}:{index}' is not there: {Found(found)}.");
        }
        catch (Exception exception) when (exception is not (OutOfMemoryException or DeviceUnavailableException))
        {
            string cause = exception.GetBaseException().Message.ReplaceLineEndings(" ");
            throw new DeviceUnavailableException($"Device '{kind}:{index}' cannot be used: {cause}", exception);
        }
    }

    private Context Create()
    {
        NativeDrivers.Register();
        return Context.Create(builder => select(Options(builder)));
    }

    private string Found(int devices) => devices switch
    {
        0 => "its driver has no device that ILGPU can use",
        1 => $"there is '{kind}:0' only",
        _ => $"there are '{kind}:0' to '{kind}:{devices - 1}'",
    };
}
