using RawFuse.Kernels;

namespace RawFuse.GpuBench.Speed;

/// <summary>Something to time, with what it owns.</summary>
/// <param name="call">Gives the device its work, once.</param>
/// <param name="cost">What that takes.</param>
/// <param name="owned">Buffers and networks to release.</param>
internal sealed class Work(Action call, KernelCost cost, params IEnumerable<IDisposable> owned) : IDisposable
{
    private readonly IDisposable[] owned = [.. owned];

    public Action Call => call;

    /// <summary>Operations and bytes of a call; 0 where they say nothing about its time.</summary>
    public KernelCost Cost => cost;

    /// <summary>A single kernel.</summary>
    public static Work Of<TKernel, TArgs>(Device device, TArgs args, params IEnumerable<IDisposable> owned)
        where TKernel : IKernel<TArgs>
        where TArgs : struct, IKernelCost => OfEach<TKernel, TArgs>(device, [args], owned);

    /// <summary>A kernel over several tensors, in turn.</summary>
    public static Work OfEach<TKernel, TArgs>(Device device, TArgs[] all, params IEnumerable<IDisposable> owned)
        where TKernel : IKernel<TArgs>
        where TArgs : struct, IKernelCost => new(
        () =>
        {
            foreach (TArgs args in all) device.Run<TKernel, TArgs>(in args);
        },
        new KernelCost(all.Sum(args => args.Cost.Flops), all.Sum(args => args.Cost.Bytes), ""),
        owned);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable one in owned) one.Dispose();
    }
}
