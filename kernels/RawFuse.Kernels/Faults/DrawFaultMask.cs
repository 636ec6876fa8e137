using System.Runtime.CompilerServices;
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
    Storage<sbyte> Packed, int OutChannels, int InChannels, int Taps, FaultCells Cells, Storage<byte> Mask, int MaskOffset = 0, bool OnTop = false);

/// <summary>Computes which bits of a layer's packed weights one chip changes, as convolutions take them.</summary>
public readonly unsafe struct DrawFaultMask : IKernel<DrawFaultMaskArgs>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A size is negative or a buffer too short.</exception>
    public static void Cpu(CpuDevice device, in DrawFaultMaskArgs args)
    {
        Check(args);
        var use = new Use(device.Pointer(args.Packed), device.Pointer(args.Mask) + args.MaskOffset, args);
        CpuFaults.ForEachItem(device, args.Cells, use.Items, use);
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

    /// <summary>
    /// An item is a slice of the weights of each of up to 64 filters. In the mask those of one filter lie far apart, but those of filters that follow each
    /// other lie side by side: faults are gathered in a tile of such rows, which stays in the caches, and then the mask is written row by row.
    /// </summary>
    private readonly struct Use(sbyte* packed, byte* mask, in DrawFaultMaskArgs args) : IFaultUse
    {
        private const int TileWeights = 1024;
        private const int TileFilters = 64;
        private const int TileBytes = TileWeights * TileFilters;

        private readonly byte* packed = (byte*)packed;
        private readonly int outChannels = args.OutChannels;
        private readonly int inChannels = args.InChannels;
        private readonly int taps = args.Taps;
        private readonly bool onTop = args.OnTop;
        private readonly byte signBit = args.Cells.SignBit;
        private readonly int filter = args.InChannels * args.Taps;
        private readonly int slices = (int)(((long)args.InChannels * args.Taps + TileWeights - 1) / TileWeights);

        public int Items => slices * ((outChannels + TileFilters - 1) / TileFilters);

        [SkipLocalsInit]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TRuns>(int item, TRuns runs, FaultList list)
            where TRuns : unmanaged, IFaultRuns
        {
            byte* loss = stackalloc byte[2 * TileBytes], toggle = loss + TileBytes;
            // Slices of equal length that start on groups of cells where filters do.
            int length = FaultCells.GroupBytes * FaultCells.GroupsOf((int)((filter + slices - 1L) / slices));
            int first = item % slices * length, weights = Math.Min(length, filter - first);
            if (weights <= 0) return;
            int start = item / slices * TileFilters, filters = Math.Min(outChannels - start, TileFilters);
            Prefetch(first, weights, start);
            new Span<byte>(loss, weights * TileFilters).Clear();
            new Span<byte>(toggle, weights * TileFilters).Clear();
            for (int i = 0; i < filters; i++)
            {
                int entries = runs.Fill(((long)(start + i) * filter) + first, weights, list);
                for (int entry = 0; entry < entries; entry++)
                {
                    int at = (list.Position[entry] * TileFilters) + i;
                    loss[at] = list.Loss[entry];
                    toggle[at] = list.Toggle[entry];
                }
            }

            (int input, int tap) = Math.DivRem(first, taps);
            for (int i = 0; i < weights; i++)
            {
                long row = (((((long)tap * inChannels) + input) * outChannels) + start);
                Write(packed + row, mask + row, loss + (i * TileFilters), toggle + (i * TileFilters), filters);
                if (++tap < taps) continue;
                tap = 0;
                input++;
            }
        }

        private void Prefetch(int first, int weights, int start)
        {
            (int input, int tap) = Math.DivRem(first, taps);
            for (int i = 0; i < weights; i++)
            {
                long row = (((((long)tap * inChannels) + input) * outChannels) + start);
                System.Runtime.Intrinsics.X86.Sse.Prefetch1(packed + row);
                if (++tap < taps) continue;
                tap = 0;
                input++;
            }
        }
        private void Write(byte* clean, byte* changed, byte* loss, byte* toggle, int count)
        {
            int i = 0;
            if (signBit == FaultCells.HighestBit && !onTop)
            {
                // clean ^ ((clean & ~loss) ^ toggle), without sign to extend.
                if (count == Vector512<byte>.Count && ((nuint)changed & 63) == 0)
                {
                    ((Vector512.Load(clean) & Vector512.Load(loss)) ^ Vector512.Load(toggle)).StoreAlignedNonTemporal(changed);
                    return;
                }

                for (; i <= count - Vector128<byte>.Count; i += Vector128<byte>.Count)
                    ((Vector128.Load(clean + i) & Vector128.Load(loss + i)) ^ Vector128.Load(toggle + i)).Store(changed + i);
            }

            for (; i < count; i++)
            {
                int stored = onTop ? clean[i] ^ changed[i] : clean[i];
                changed[i] = (byte)(clean[i] ^ GroupFaultsBytes.SignExtend((byte)((stored & ~loss[i]) ^ toggle[i]), signBit));
            }
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
