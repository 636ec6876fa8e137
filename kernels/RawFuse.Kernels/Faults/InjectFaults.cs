using System.Numerics;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Arguments of <see cref="InjectFaults"/>: the first <paramref name="Count"/> bytes are read back from the memory.</summary>
/// <param name="Bytes">A tensor in the order of its addresses (PyTorch's: OIHW, or [out, in]), a two's complement byte per weight.</param>
/// <param name="Count">Bytes in the tensor.</param>
/// <param name="Cells">The memory and the tensor's place in it.</param>
public readonly record struct InjectFaultsArgs(Storage<sbyte> Bytes, int Count, FaultCells Cells) : IKernelCost
{
    /// <inheritdoc/>
    public KernelCost Cost => new(0, (2L * Count) + Cells.MapBytes(Count), $"{Count}{Cells.Describe()}");
}

/// <summary>Replaces packed weights, in place, by what a faulty memory makes of them.</summary>
public readonly unsafe struct InjectFaults : IKernel<InjectFaultsArgs>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The buffer is shorter than the count.</exception>
    public static void Cpu(CpuDevice device, in InjectFaultsArgs args)
    {
        Check(args);
        CpuFaults.ForEachRun(device, args.Cells, args.Count, new Use(device.Pointer(args.Bytes), args.Cells.SignBit));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The buffer is shorter than the count.</exception>
    public static void Gpu(GpuDevice device, in InjectFaultsArgs args)
    {
        Check(args);
        GpuFaults.Launch(device, args.Cells, new GpuUse(args));
    }

    internal static void Kernel<TSource>(GpuArgs<TSource> a)
        where TSource : struct, IGroupSource
    {
        long groups = FaultCells.GroupsOf(a.Count);
        for (long group = GridStride.First; group < groups; group += GridStride.Step)
        {
            GroupFaults<ScalarLane> faults = a.Source.At(group);
            long start = group * FaultCells.GroupBytes;
            for (int k = 0; k < FaultCells.GroupBytes && start + k < a.Count; k++)
                a.Bytes[start + k] = (sbyte)faults.ReadBack(k, (byte)a.Bytes[start + k], a.SignBit);
        }
    }

    private static void Check(in InjectFaultsArgs args)
    {
        if (args.Count < 0 || args.Count > args.Bytes.Length)
            throw new ArgumentException($"InjectFaults: {args.Count} bytes in a buffer of {args.Bytes.Length}.");
    }

    private readonly struct GpuUse(InjectFaultsArgs args) : IGpuFaultUse
    {
        public void Launch<TSource>(GpuDevice device, TSource source)
            where TSource : struct, IGroupSource =>
            device.Launch(Kernel, FaultCells.GroupsOf(args.Count), new GpuArgs<TSource>(device.View(args.Bytes), args.Count, args.Cells.SignBit, source));
    }

    private readonly struct Use(sbyte* bytes, byte signBit) : IFaultUse
    {
        public void Take(int start, int count, byte* keep, byte* toggle)
        {
            byte* stored = (byte*)bytes + start;
            int i = 0;
            for (; i <= count - Vector<byte>.Count; i += Vector<byte>.Count)
                ((Vector.Load(stored + i) & Vector.Load(keep + i)) ^ Vector.Load(toggle + i)).Store(stored + i);
            for (; i < count; i++) stored[i] = (byte)((stored[i] & keep[i]) ^ toggle[i]);
            if (signBit != FaultCells.HighestBit) SignExtend(stored, count);
        }

        private void SignExtend(byte* read, int count)
        {
            for (int i = 0; i < count; i++) read[i] = GroupFaultsBytes.SignExtend(read[i], signBit);
        }
    }

    internal readonly struct GpuArgs<TSource>(ArrayView<sbyte> bytes, int count, byte signBit, TSource source)
        where TSource : struct, IGroupSource
    {
        public readonly ArrayView<sbyte> Bytes = bytes;
        public readonly int Count = count;
        public readonly byte SignBit = signBit;
        public readonly TSource Source = source;
    }
}
