using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
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
        Check(args);
        var use = new Use(device.Pointer(args.Packed), device.Pointer(args.Mask) + args.MaskOffset, args);
        CpuFaults.ForEachItem(device, args.Cells, use.Items, use);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A size is negative or a buffer too short.</exception>
    public static void Gpu(GpuDevice device, in DrawFaultMaskArgs args)
    {
        Check(args);
        GpuFaults.Launch(device, args.Cells, new GpuUse(args));
    }

    /// <summary>
    /// A group's tile has a slice of the weights of up to 64 filters, which are far apart in the memory and side by side in the mask. Where filters come in sixteens, a thread
    /// turns 4 weights of 16 of them and writes 16 bytes of 4 rows of the mask; elsewhere it writes byte by byte.
    /// </summary>
    internal static void Kernel<TTiles>(GpuArgs<TTiles> a)
        where TTiles : struct, IFaultTiles
    {
        ArrayView<uint> loss = SharedMemory.Allocate<uint>(FaultTile.Quads), toggle = SharedMemory.Allocate<uint>(FaultTile.Quads);
        int filter = a.InChannels * a.Taps, slices = SlicesOf(filter), tiles = slices * FilterTilesOf(a.OutChannels);
        for (int number = Grid.IdxX; number < tiles; number += Grid.DimX)
        {
            int first = number % slices * FaultTile.SegmentWeights, start = number / slices * FaultTile.Segments;
            int weights = Math.Min(filter - first, FaultTile.SegmentWeights), filters = Math.Min(a.OutChannels - start, FaultTile.Segments);
            var tile = new FaultTile(loss, toggle, (start * filter) + first, weights, filters, filter, a.Bits);
            a.Tiles.Fill(tile);
            Group.Barrier();
            if ((a.OutChannels | a.MaskOffset) % Bytes16.Length == 0) WriteSixteens(a, tile, first, start);
            else WriteBytes(a, tile, first, start);
            Group.Barrier();
        }
    }

    private static int SlicesOf(int filter) => (filter + FaultTile.SegmentWeights - 1) / FaultTile.SegmentWeights;

    private static int FilterTilesOf(int outChannels) => (outChannels + FaultTile.Segments - 1) / FaultTile.Segments;

    private static void WriteSixteens<TTiles>(GpuArgs<TTiles> a, FaultTile tile, int first, int start)
        where TTiles : struct, IFaultTiles
    {
        int chunks = tile.Count / Bytes16.Length;
        for (int i = Group.IdxX; i < chunks * ((tile.Weights + 3) / 4); i += Group.DimX)
        {
            int four = i / chunks, segment = (i - (four * chunks)) * Bytes16.Length, weight = 4 * four;
            Bytes16 loss0 = LossOfFour(tile, segment, weight), loss1 = LossOfFour(tile, segment + 4, weight);
            Bytes16 loss2 = LossOfFour(tile, segment + 8, weight), loss3 = LossOfFour(tile, segment + 12, weight);
            Bytes16 toggle0 = ToggleOfFour(tile, segment, weight), toggle1 = ToggleOfFour(tile, segment + 4, weight);
            Bytes16 toggle2 = ToggleOfFour(tile, segment + 8, weight), toggle3 = ToggleOfFour(tile, segment + 12, weight);
            int filter = start + segment;
            WriteRow(a, first + weight, filter, new Bytes16(loss0.X, loss1.X, loss2.X, loss3.X), new Bytes16(toggle0.X, toggle1.X, toggle2.X, toggle3.X));
            if (weight + 1 < tile.Weights)
                WriteRow(a, first + weight + 1, filter, new Bytes16(loss0.Y, loss1.Y, loss2.Y, loss3.Y), new Bytes16(toggle0.Y, toggle1.Y, toggle2.Y, toggle3.Y));
            if (weight + 2 < tile.Weights)
                WriteRow(a, first + weight + 2, filter, new Bytes16(loss0.Z, loss1.Z, loss2.Z, loss3.Z), new Bytes16(toggle0.Z, toggle1.Z, toggle2.Z, toggle3.Z));
            if (weight + 3 < tile.Weights)
                WriteRow(a, first + weight + 3, filter, new Bytes16(loss0.W, loss1.W, loss2.W, loss3.W), new Bytes16(toggle0.W, toggle1.W, toggle2.W, toggle3.W));
        }
    }

    /// <summary>What 4 weights of each of 4 filters lose: a word for each weight.</summary>
    private static Bytes16 LossOfFour(FaultTile tile, int segment, int weight) => new Bytes16(
        tile.LossOfWeights(segment, weight), tile.LossOfWeights(segment + 1, weight),
        tile.LossOfWeights(segment + 2, weight), tile.LossOfWeights(segment + 3, weight)).Transposed();

    private static Bytes16 ToggleOfFour(FaultTile tile, int segment, int weight) => new Bytes16(
        tile.ToggleOfWeights(segment, weight), tile.ToggleOfWeights(segment + 1, weight),
        tile.ToggleOfWeights(segment + 2, weight), tile.ToggleOfWeights(segment + 3, weight)).Transposed();

    /// <summary>Writes the mask of a weight of 16 filters.</summary>
    private static void WriteRow<TTiles>(GpuArgs<TTiles> a, int weight, int filter, Bytes16 loss, Bytes16 toggle)
        where TTiles : struct, IFaultTiles
    {
        int target = a.Target(weight, filter);
        ArrayView<Bytes16> mask = a.Mask.Cast<Bytes16>();
        Bytes16 clean = a.Packed.Cast<Bytes16>()[target / Bytes16.Length], stored = clean;
        int at = (a.MaskOffset + target) / Bytes16.Length;
        if (a.OnTop != 0) stored ^= mask[at];
        mask[at] = clean ^ a.ReadBack.Of(stored, loss, toggle);
    }

    private static void WriteBytes<TTiles>(GpuArgs<TTiles> a, FaultTile tile, int first, int start)
        where TTiles : struct, IFaultTiles
    {
        for (int i = Group.IdxX; i < tile.Count * tile.Weights; i += Group.DimX)
        {
            int weight = i / tile.Count, segment = i - (weight * tile.Count), four = weight / 4 * 4, shift = 8 * (weight - four);
            int target = a.Target(first + weight, start + segment);
            uint clean = (byte)a.Packed[target], stored = clean;
            if (a.OnTop != 0) stored ^= a.Mask[a.MaskOffset + target];
            uint read = a.ReadBack.Of(stored, tile.LossOfWeights(segment, four) >> shift, tile.ToggleOfWeights(segment, four) >> shift);
            a.Mask[a.MaskOffset + target] = (byte)(clean ^ read);
        }
    }

    private static void Check(in DrawFaultMaskArgs args)
    {
        if (args.OutChannels < 0 || args.InChannels < 0 || args.Taps < 0)
            throw new ArgumentException($"DrawFaultMask: {args.OutChannels} x {args.InChannels} x {args.Taps} weights.");
        long count = (long)args.OutChannels * args.InChannels * args.Taps;
        if (count > args.Packed.Length) throw new ArgumentException($"DrawFaultMask: {count} weights in a buffer of {args.Packed.Length}.");
        if (args.MaskOffset < 0 || args.MaskOffset + count > args.Mask.Length)
            throw new ArgumentException($"DrawFaultMask: a mask of {count} bytes at {args.MaskOffset} in a buffer of {args.Mask.Length}.");
    }

    private readonly struct GpuUse(DrawFaultMaskArgs args) : IGpuFaultUse
    {
        public void Launch<TTiles>(GpuDevice device, TTiles tiles)
            where TTiles : struct, IFaultTiles =>
            device.LaunchTiles(
                Kernel, SlicesOf(args.InChannels * args.Taps) * FilterTilesOf(args.OutChannels), FaultTile.Threads,
                new GpuArgs<TTiles>(device.View(args.Packed), device.View(args.Mask), in args, tiles));
    }

    /// <summary>
    /// An item is a slice of the weights of each of up to 64 filters. In the mask those of one filter lie far apart, but those of filters that follow each
    /// other lie side by side: faults are gathered in a tile that stays in the caches, and then the mask is written row by row.
    /// </summary>
    private readonly struct Use(sbyte* packed, byte* mask, in DrawFaultMaskArgs args) : IFaultUse
    {
        private const int TileWeights = 1024;
        private const int Filters = 64;

        // A filter may begin within a quad: what is listed of it reaches into a quad before it and one behind.
        private const int TileWords = Filters * ((TileWeights / FaultCells.QuadBytes) + 2);

        private readonly byte* packed = (byte*)packed;
        private readonly int outChannels = args.OutChannels;
        private readonly int inChannels = args.InChannels;
        private readonly int taps = args.Taps;
        private readonly bool onTop = args.OnTop;
        private readonly byte signBit = args.Cells.SignBit;
        private readonly int filter = args.InChannels * args.Taps;
        private readonly int slices = (int)((((long)args.InChannels * args.Taps) + TileWeights - 1) / TileWeights);

        public int Items => slices * ((outChannels + Filters - 1) / Filters);

        [SkipLocalsInit]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TRuns>(int item, TRuns runs, FaultList list)
            where TRuns : unmanaged, IFaultRuns
        {
            // Slices of equal length that start on groups of cells where filters do.
            int length = FaultCells.GroupBytes * FaultCells.GroupsOf((int)((filter + slices - 1L) / slices));
            int first = item % slices * length, weights = Math.Min(length, filter - first);
            int start = item / slices * Filters, filters = Math.Min(outChannels - start, Filters);
            if (weights <= 0) return;
            long* rows = stackalloc long[TileWeights];
            FindRows(first, weights, start, rows);

            uint* loss = stackalloc uint[2 * TileWords], toggle = loss + TileWords;
            int quads = (weights + FaultCells.QuadBytes - 1) / FaultCells.QuadBytes;
            new Span<uint>(loss, Filters * (quads + 2)).Clear();
            new Span<uint>(toggle, Filters * (quads + 2)).Clear();
            for (int i = 0; i < filters; i++) Gather(runs, ((long)(start + i) * filter) + first, weights, list, loss + Filters + i, toggle + Filters + i);
            for (int quad = 0; quad < quads; quad++)
            {
                for (int i = 0; i < FaultCells.QuadBytes && (quad * FaultCells.QuadBytes) + i < weights; i++)
                {
                    long row = rows[(quad * FaultCells.QuadBytes) + i];
                    Vector512<byte> losses = Row(loss + (Filters * (quad + 1)), i), toggles = Row(toggle + (Filters * (quad + 1)), i);
                    Write(packed + row, mask + row, losses, toggles, filters);
                }
            }
        }

        /// <summary>Where the row of every weight begins, in the engine's order. Tells the processor of the clean weights there.</summary>
        private void FindRows(int first, int weights, int start, long* rows)
        {
            (int input, int tap) = Math.DivRem(first, taps);
            for (int i = 0; i < weights; i++)
            {
                rows[i] = ((((long)tap * inChannels) + input) * outChannels) + start;
                if (Sse.IsSupported) Sse.Prefetch1(packed + rows[i]);
                if (++tap < taps) continue;
                tap = 0;
                input++;
            }
        }

        /// <summary>Writes the faults of a filter's weights into its column of the tile.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Gather<TRuns>(TRuns runs, long begin, int weights, FaultList list, uint* loss, uint* toggle)
            where TRuns : unmanaged, IFaultRuns
        {
            int skip = (int)(begin % FaultCells.QuadBytes), entries = runs.Fill(begin - skip, skip + weights, list);
            if (skip == 0)
            {
                for (int i = 0; i < entries; i++)
                {
                    loss[list.Quad[i] * Filters] = list.Loss[i];
                    toggle[list.Quad[i] * Filters] = list.Toggle[i];
                }

                return;
            }

            // A listed quad lies across two of the tile's.
            for (int i = 0; i < entries; i++)
            {
                int at = list.Quad[i] * Filters;
                ulong losses = (ulong)list.Loss[i] << (32 - (8 * skip)), toggles = (ulong)list.Toggle[i] << (32 - (8 * skip));
                loss[at - Filters] |= (uint)losses;
                loss[at] |= (uint)(losses >> 32);
                toggle[at - Filters] |= (uint)toggles;
                toggle[at] |= (uint)(toggles >> 32);
            }
        }

        /// <summary>Byte i of the words of 64 filters.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<byte> Row(uint* words, int i)
        {
            Vector512<uint> a = Vector512.Load(words) >>> (8 * i), b = Vector512.Load(words + 16) >>> (8 * i);
            Vector512<uint> c = Vector512.Load(words + 32) >>> (8 * i), d = Vector512.Load(words + 48) >>> (8 * i);
            return Vector512.Narrow(Vector512.Narrow(a, b), Vector512.Narrow(c, d));
        }

        /// <summary>Writes a row of the mask: clean ^ ((stored &amp; ~loss) ^ toggle), with the sign extended.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Write(byte* clean, byte* changed, Vector512<byte> loss, Vector512<byte> toggle, int filters)
        {
            if (filters != Filters || onTop || signBit != FaultCells.HighestBit)
            {
                WriteOneByOne(clean, changed, loss, toggle, filters);
                return;
            }

            // A mask is far larger than the caches before anybody reads it: whole lines need not come in to be written.
            Vector512<byte> row = (Vector512.Load(clean) & loss) ^ toggle;
            if ((nuint)changed % Filters == 0) row.StoreAlignedNonTemporal(changed);
            else row.Store(changed);
        }

        private void WriteOneByOne(byte* clean, byte* changed, Vector512<byte> loss, Vector512<byte> toggle, int filters)
        {
            byte* losses = stackalloc byte[2 * Filters], toggles = losses + Filters;
            loss.Store(losses);
            toggle.Store(toggles);
            for (int i = 0; i < filters; i++)
            {
                int stored = onTop ? clean[i] ^ changed[i] : clean[i];
                changed[i] = (byte)(clean[i] ^ ReadBack.SignExtend((byte)((stored & ~losses[i]) ^ toggles[i]), signBit));
            }
        }
    }

    internal readonly struct GpuArgs<TTiles>(ArrayView<sbyte> packed, ArrayView<byte> mask, in DrawFaultMaskArgs args, TTiles tiles)
        where TTiles : struct, IFaultTiles
    {
        public readonly ArrayView<sbyte> Packed = packed;
        public readonly ArrayView<byte> Mask = mask;
        public readonly int OutChannels = args.OutChannels;
        public readonly int InChannels = args.InChannels;
        public readonly int Taps = args.Taps;
        public readonly int MaskOffset = args.MaskOffset;
        public readonly int OnTop = args.OnTop ? 1 : 0;
        public readonly int Bits = GpuFaults.TileBits(args.Cells);
        public readonly ReadBack ReadBack = new(args.Cells);
        public readonly TTiles Tiles = tiles;

        /// <summary>Where a filter's weight lies in the engine's order.</summary>
        public int Target(int weight, int filter)
        {
            int input = weight / Taps, tap = weight - (input * Taps);
            return (((tap * InChannels) + input) * OutChannels) + filter;
        }
    }
}
