using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Arguments of <see cref="Fill{T}"/>: x[i] = Value for the first <paramref name="Count"/> elements.</summary>
public readonly record struct FillArgs<T>(Storage<T> X, int Count, T Value)
    where T : unmanaged;

/// <summary>Sets all elements to one value.</summary>
public readonly struct Fill<T> : IKernel<FillArgs<T>>
    where T : unmanaged
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in FillArgs<T> args) => device.Span(args.X)[..args.Count].Fill(args.Value);

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in FillArgs<T> args) =>
        device.Launch(Kernel, args.Count, new GpuArgs(device.View(args.X), args.Count, args.Value));

    internal static void Kernel(GpuArgs a)
    {
        for (long i = GridStride.First; i < a.Count; i += GridStride.Step) a.X[i] = a.Value;
    }

    internal readonly struct GpuArgs(ArrayView<T> x, int count, T value)
    {
        public readonly ArrayView<T> X = x;
        public readonly int Count = count;
        public readonly T Value = value;
    }
}
