using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Arguments of <see cref="Fill{T}"/>: x[Start + i] = Value for <paramref name="Count"/> elements.</summary>
public readonly record struct FillArgs<T>(Storage<T> X, int Start, int Count, T Value) : IKernelCost
    where T : unmanaged
{
    /// <summary>Fills from the start.</summary>
    public FillArgs(Storage<T> x, int count, T value)
        : this(x, 0, count, value)
    {
    }

    /// <inheritdoc/>
    public KernelCost Cost => new(0, (long)Unsafe.SizeOf<T>() * Count, $"{Count}");
}

/// <summary>Sets all elements to one value.</summary>
public readonly struct Fill<T> : IKernel<FillArgs<T>>
    where T : unmanaged
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in FillArgs<T> args) => device.Span(args.X).Slice(args.Start, args.Count).Fill(args.Value);

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in FillArgs<T> args) =>
        device.Launch(Kernel, GridStride.SixteensOf((long)args.Count * Unsafe.SizeOf<T>()), new GpuArgs(device.View(args.X), args.Start, args.Count, args.Value));

    internal static void Kernel(GpuArgs a)
    {
        int whole = 0;
        if (a.Start % a.ChunkLength == 0)
        {
            whole = a.Count / a.ChunkLength;
            ArrayView<Bytes16> chunks = a.X.Cast<Bytes16>();
            for (long i = GridStride.First; i < whole; i += GridStride.Step) chunks[(a.Start / a.ChunkLength) + i] = a.Chunk;
        }

        for (long i = (whole * a.ChunkLength) + GridStride.First; i < a.Count; i += GridStride.Step) a.X[a.Start + i] = a.Value;
    }

    private static Bytes16 Repeated(T value)
    {
        Bytes16 chunk = default;
        MemoryMarshal.Cast<Bytes16, T>(MemoryMarshal.CreateSpan(ref chunk, 1)).Fill(value);
        return chunk;
    }

    internal readonly struct GpuArgs(ArrayView<T> x, int start, int count, T value)
    {
        public readonly ArrayView<T> X = x;
        public readonly int Start = start;
        public readonly int Count = count;
        public readonly T Value = value;
        public readonly Bytes16 Chunk = Repeated(value);
        public readonly int ChunkLength = Bytes16.Length / Unsafe.SizeOf<T>();
    }
}
