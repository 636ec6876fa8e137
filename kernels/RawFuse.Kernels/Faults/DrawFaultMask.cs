using System.Numerics;
using System.Runtime.Intrinsics;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="DrawFaultMask"/>: mask[MaskOffset + w] = packed[w] ^ (what the memory makes of packed[w]) for
/// every weight w.
/// </summary>
/// <param name="Packed">Clean weights [taps, in, out], a two's complement byte each.</param>
/// <param name="OutChannels">Output channels.</param>
/// <param name="InChannels">Input channels.</param>
/// <param name="Taps">Kernel pixels: height times width; 1 for a linear layer.</param>
/// <param name="Cells">The memory and the tensor's place in it. Addresses follow PyTorch's order: weight (o, i, tap) is byte (o*In + i)*Taps + tap.</param>
/// <param name="Mask">Where the mask goes, in the order of the packed weights; all of its out*in*taps bytes are written.</param>
/// <param name="MaskOffset">First byte of the mask: number of the set times the weights in one.</param>
/// <param name="OnTop">Whether what the mask makes of the weights is what gets stored, instead of the weights themselves: other faults come on top.</param>
public readonly record struct DrawFaultMaskArgs(
    Storage<sbyte> Packed, int OutChannels, int InChannels, int Taps, FaultCells Cells, Storage<byte> Mask, int MaskOffset = 0, bool OnTop = false)
    : IKernelCost
{
    /// <inheritdoc/>
    public KernelCost Cost => new(
        0, ((OnTop ? 3 : 2) * Weights) + Cells.MapBytes(Weights), $"{InChannels}->{OutChannels} {Taps} taps{Cells.Describe()}");

    private long Weights => (long)OutChannels * InChannels * Taps;
}

/// <summary>Computes which bits of a layer's packed weights one chip changes, as convolutions take them.</summary>
public readonly unsafe struct DrawFaultMask : IKernel<DrawFaultMaskArgs>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A size is negative or a buffer too short.</exception>
    public static void Cpu(CpuDevice device, in DrawFaultMaskArgs args)
    {
        int count = Check(args);

        // Few bytes change: clear the mask, then write those.
        if (!args.OnTop) device.Span(args.Mask).Slice(args.MaskOffset, count).Clear();
        var use = new Use(device.Pointer(args.Packed), device.Pointer(args.Mask) + args.MaskOffset, args);
        CpuFaults.ForEachRun(device, args.Cells, count, use);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A size is negative or a buffer too short.</exception>
    public static void Gpu(GpuDevice device, in DrawFaultMaskArgs args)
    {
        GpuFaults.Launch(device, args.Cells, new GpuUse(args, Check(args)));
    }

    internal static void Kernel<TSource>(GpuArgs<TSource> a)
        where TSource : struct, IGroupSource
    {
        long groups = FaultCells.GroupsOf(a.Count);
        int filter = a.InChannels * a.Taps;
        for (long group = GridStride.First; group < groups; group += GridStride.Step)
        {
            GroupFaults<ScalarLane> faults = a.Source.At(group);
            int start = (int)group * FaultCells.GroupBytes;
            for (int k = 0; k < FaultCells.GroupBytes && start + k < a.Count; k++)
            {
                int output = (start + k) / filter;
                int rest = start + k - (output * filter);
                int input = rest / a.Taps;
                int tap = rest - (input * a.Taps);
                int target = (((tap * a.InChannels) + input) * a.OutChannels) + output;
                byte clean = (byte)a.Packed[target];
                byte stored = a.OnTop != 0 ? (byte)(clean ^ a.Mask[a.MaskOffset + target]) : clean;
                a.Mask[a.MaskOffset + target] = (byte)(clean ^ faults.ReadBack(k, stored, a.SignBit));
            }
        }
    }

    private static int Check(in DrawFaultMaskArgs args)
    {
        if (args.OutChannels < 0 || args.InChannels < 0 || args.Taps < 0)
            throw new ArgumentException($"DrawFaultMask: {args.OutChannels} x {args.InChannels} x {args.Taps} weights.");
        long count = (long)args.OutChannels * args.InChannels * args.Taps;
        if (count > args.Packed.Length) throw new ArgumentException($"DrawFaultMask: {count} weights in a buffer of {args.Packed.Length}.");
        if (args.MaskOffset < 0 || args.MaskOffset + count > args.Mask.Length)
            throw new ArgumentException($"DrawFaultMask: a mask of {count} bytes at {args.MaskOffset} in a buffer of {args.Mask.Length}.");
        return (int)count;
    }

    private readonly struct GpuUse(DrawFaultMaskArgs args, int count) : IGpuFaultUse
    {
        public void Launch<TSource>(GpuDevice device, TSource source)
            where TSource : struct, IGroupSource =>
            device.Launch(Kernel, FaultCells.GroupsOf(count), new GpuArgs<TSource>(device.View(args.Packed), device.View(args.Mask), count, in args, source));
    }

    private readonly struct Use(sbyte* packed, byte* mask, in DrawFaultMaskArgs args) : IFaultUse
    {
        private readonly int outChannels = args.OutChannels;
        private readonly int inChannels = args.InChannels;
        private readonly int taps = args.Taps;
        private readonly byte signBit = args.Cells.SignBit;

        public void Take(int start, int count, byte* keep, byte* toggle)
        {
            // 64 bytes at a time, one bit each in a word: few of them are set. Bytes beyond the count are undefined.
            for (int i = 0; i < count; i += Vector512<byte>.Count)
            {
                Vector512<byte> sound = Vector512.Equals(Vector512.AndNot(Vector512.Load(keep + i), Vector512.Load(toggle + i)), Vector512<byte>.AllBitsSet);
                ulong faulty = ~sound.ExtractMostSignificantBits();
                if (count - i < 64) faulty &= (1UL << (count - i)) - 1;
                for (; faulty != 0; faulty &= faulty - 1)
                {
                    int k = i + BitOperations.TrailingZeroCount(faulty);
                    Write(start + k, keep[k], toggle[k]);
                }
            }
        }

        private void Write(int address, byte keep, byte toggle)
        {
            (uint output, uint rest) = Math.DivRem((uint)address, (uint)(inChannels * taps));
            (uint input, uint tap) = Math.DivRem(rest, (uint)taps);
            uint target = (((tap * (uint)inChannels) + input) * (uint)outChannels) + output;
            byte clean = (byte)packed[target];
            int stored = clean ^ mask[target];
            mask[target] = (byte)(clean ^ GroupFaultsBytes.SignExtend((byte)((stored & keep) ^ toggle), signBit));
        }
    }

    internal readonly struct GpuArgs<TSource>(ArrayView<sbyte> packed, ArrayView<byte> mask, int count, in DrawFaultMaskArgs args, TSource source)
        where TSource : struct, IGroupSource
    {
        public readonly ArrayView<sbyte> Packed = packed;
        public readonly ArrayView<byte> Mask = mask;
        public readonly int Count = count;
        public readonly int OutChannels = args.OutChannels;
        public readonly int InChannels = args.InChannels;
        public readonly int Taps = args.Taps;
        public readonly int MaskOffset = args.MaskOffset;
        public readonly int OnTop = args.OnTop ? 1 : 0;
        public readonly byte SignBit = args.Cells.SignBit;
        public readonly TSource Source = source;
    }
}
