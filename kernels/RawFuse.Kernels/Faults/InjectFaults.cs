using System.Runtime.CompilerServices;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Arguments of <see cref="InjectFaults"/>: the first <paramref name="Count"/> bytes are read back from the memory.</summary>
/// <param name="Bytes">A tensor in the order of its addresses (PyTorch's: OIHW, or [out, in]), a two's complement byte per weight.</param>
/// <param name="Count">Bytes in the tensor.</param>
/// <param name="Cells">The memory and the tensor's place in it.</param>
public readonly record struct InjectFaultsArgs(Storage<sbyte> Bytes, int Count, FaultCells Cells);

/// <summary>Replaces packed weights, in place, by what a faulty memory makes of them.</summary>
public readonly unsafe struct InjectFaults : IKernel<InjectFaultsArgs>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The buffer is shorter than the count.</exception>
    public static void Cpu(CpuDevice device, in InjectFaultsArgs args)
    {
        Check(args);
        CpuFaults.ForEachFaultyGroup(device, args.Cells, args.Count, new Use(device.Pointer(args.Bytes), args.Count));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The buffer is shorter than the count.</exception>
    public static void Gpu(GpuDevice device, in InjectFaultsArgs args)
    {
        Check(args);
        if (args.Cells.Keep is { } keep) Launch(device, args, new MappedCells(device.View(keep).Cast<ulong>(), device.View(args.Cells.Toggle!).Cast<ulong>(), args.Cells));
        else Launch(device, args, new DrawnCells(args.Cells));
    }

    internal static void Kernel<TSource>(GpuArgs<TSource> a)
        where TSource : struct, IGroupSource
    {
        long groups = (a.Count + FaultCells.GroupBytes - 1L) / FaultCells.GroupBytes;
        for (long group = GridStride.First; group < groups; group += GridStride.Step)
        {
            GroupFaults<ScalarLane> faults = a.Source.At(group);
            long start = group * FaultCells.GroupBytes;
            for (int k = 0; k < FaultCells.GroupBytes && start + k < a.Count; k++)
                a.Bytes[start + k] = (sbyte)faults.ReadBack(k, (byte)a.Bytes[start + k]);
        }
    }

    private static void Launch<TSource>(GpuDevice device, in InjectFaultsArgs args, TSource source)
        where TSource : struct, IGroupSource =>
        device.Launch(Kernel, CpuFaults.GroupsOf(args.Count), new GpuArgs<TSource>(device.View(args.Bytes), args.Count, source));

    private static void Check(in InjectFaultsArgs args)
    {
        if (args.Count < 0 || args.Count > args.Bytes.Length) throw new ArgumentException($"InjectFaults: {args.Count} bytes in a buffer of {args.Bytes.Length}.");
    }

    private readonly struct Use(sbyte* bytes, int count) : IGroupUse
    {
        public void Take(long index, in GroupFaults<ScalarLane> faults)
        {
            long start = index * FaultCells.GroupBytes;
            byte* group = (byte*)bytes + start;
            if (start + FaultCells.GroupBytes <= count)
            {
                ulong low = Unsafe.ReadUnaligned<ulong>(group), high = Unsafe.ReadUnaligned<ulong>(group + 8);
                Unsafe.WriteUnaligned(group, (low & faults.Keep.Low.Value) ^ faults.Toggle.Low.Value);
                Unsafe.WriteUnaligned(group + 8, (high & faults.Keep.High.Value) ^ faults.Toggle.High.Value);
                return;
            }

            for (int k = 0; start + k < count; k++) group[k] = faults.ReadBack(k, group[k]);
        }
    }

    internal readonly struct GpuArgs<TSource>(ArrayView<sbyte> bytes, int count, TSource source)
        where TSource : struct, IGroupSource
    {
        public readonly ArrayView<sbyte> Bytes = bytes;
        public readonly int Count = count;
        public readonly TSource Source = source;
    }
}
