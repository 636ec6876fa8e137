using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
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
    /// <summary>Bytes of a tensor per work item: some microseconds.</summary>
    private const int ItemBytes = 32 * FaultList.RunBytes;

    private const int CacheLine = 64;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The buffer is shorter than the count.</exception>
    public static void Cpu(CpuDevice device, in InjectFaultsArgs args)
    {
        Check(args);
        CpuFaults.ForEachItem(device, args.Cells, (int)((args.Count + ItemBytes - 1L) / ItemBytes), new Use(device.Pointer(args.Bytes), args));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The buffer is shorter than the count.</exception>
    public static void Gpu(GpuDevice device, in InjectFaultsArgs args)
    {
        Check(args);
        GpuFaults.Launch(device, args.Cells, new GpuUse(args));
    }

    internal static void Kernel<TTiles>(GpuArgs<TTiles> a)
        where TTiles : struct, IFaultTiles
    {
        ArrayView<uint> loss = SharedMemory.Allocate<uint>(FaultTile.Quads), toggle = SharedMemory.Allocate<uint>(FaultTile.Quads);
        for (int number = Grid.IdxX; number < TilesOf(a.Count); number += Grid.DimX)
        {
            int first = number * FaultTile.RunWeights, weights = Math.Min(a.Count - first, FaultTile.RunWeights);
            var tile = new FaultTile(loss, toggle, first, weights, 1, 0, a.Bits);
            a.Tiles.Fill(tile);
            Group.Barrier();

            ArrayView<Bytes16> words = a.Bytes.Cast<Bytes16>();
            for (int weight = Bytes16.Length * Group.IdxX; weight + Bytes16.Length <= weights; weight += Bytes16.Length * Group.DimX)
            {
                int at = (first + weight) / Bytes16.Length;
                var losses = new Bytes16(tile.LossOfWeights(0, weight), tile.LossOfWeights(0, weight + 4), tile.LossOfWeights(0, weight + 8), tile.LossOfWeights(0, weight + 12));
                var toggles = new Bytes16(
                    tile.ToggleOfWeights(0, weight), tile.ToggleOfWeights(0, weight + 4), tile.ToggleOfWeights(0, weight + 8), tile.ToggleOfWeights(0, weight + 12));
                words[at] = a.ReadBack.Of(words[at], losses, toggles);
            }

            for (int weight = (weights / Bytes16.Length * Bytes16.Length) + Group.IdxX; weight < weights; weight += Group.DimX)
            {
                int four = weight / 4 * 4, shift = 8 * (weight - four);
                uint stored = (byte)a.Bytes[first + weight];
                a.Bytes[first + weight] = (sbyte)a.ReadBack.Of(stored, tile.LossOfWeights(0, four) >> shift, tile.ToggleOfWeights(0, four) >> shift);
            }

            Group.Barrier();
        }
    }

    private static int TilesOf(int count) => (int)((count + FaultTile.RunWeights - 1L) / FaultTile.RunWeights);

    private static void Check(in InjectFaultsArgs args)
    {
        if (args.Count < 0 || args.Count > args.Bytes.Length)
            throw new ArgumentException($"InjectFaults: {args.Count} bytes in a buffer of {args.Bytes.Length}.");
    }

    private readonly struct GpuUse(InjectFaultsArgs args) : IGpuFaultUse
    {
        public void Launch<TTiles>(GpuDevice device, TTiles tiles)
            where TTiles : struct, IFaultTiles =>
            device.LaunchTiles(Kernel, TilesOf(args.Count), FaultTile.Threads, new GpuArgs<TTiles>(device.View(args.Bytes), args.Count, args.Cells, tiles));
    }

    private readonly struct Use(sbyte* bytes, in InjectFaultsArgs args) : IFaultUse
    {
        private readonly byte* bytes = (byte*)bytes;
        private readonly int length = args.Count;
        private readonly byte signBit = args.Cells.SignBit;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TRuns>(int item, TRuns runs, FaultList list)
            where TRuns : unmanaged, IFaultRuns
        {
            long first = (long)item * ItemBytes, end = Math.Min(length, first + ItemBytes);
            for (long start = first; start < end; start += FaultList.RunBytes)
            {
                int count = (int)Math.Min(end - start, FaultList.RunBytes);
                Prefetch(bytes + start, count);
                int entries = runs.Fill(start, count, list);
                if (count % FaultCells.QuadBytes != 0) Shorten(count, list, entries);
                uint* stored = (uint*)(bytes + start);
                for (int i = 0; i < entries; i++)
                {
                    // Quads that are sound after all need not come into the cache.
                    if ((list.Loss[i] | list.Toggle[i]) == 0) continue;
                    int quad = list.Quad[i];
                    stored[quad] = (stored[quad] & ~list.Loss[i]) ^ list.Toggle[i];
                }

                if (signBit != FaultCells.HighestBit) SignExtend(bytes + start, count);
            }
        }

        /// <summary>Asks for a run's lines while its faults are drawn: they lie too far apart for the processor to foresee the next.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Prefetch(byte* run, int count)
        {
            if (!Sse.IsSupported) return;
            for (int i = 0; i < count; i += CacheLine) Sse.Prefetch0(run + i);
        }

        /// <summary>Takes back what a list says of bytes beyond the end of the tensor.</summary>
        private static void Shorten(int count, FaultList list, int entries)
        {
            uint beyond = uint.MaxValue << (8 * (count % FaultCells.QuadBytes));
            for (int i = 0; i < entries; i++)
            {
                if (list.Quad[i] != count / FaultCells.QuadBytes) continue;
                list.Loss[i] &= ~beyond;
                list.Toggle[i] &= ~beyond;
            }
        }

        private void SignExtend(byte* read, int count)
        {
            for (int i = 0; i < count; i++) read[i] = ReadBack.SignExtend(read[i], signBit);
        }
    }

    internal readonly struct GpuArgs<TTiles>(ArrayView<sbyte> bytes, int count, in FaultCells cells, TTiles tiles)
        where TTiles : struct, IFaultTiles
    {
        public readonly ArrayView<sbyte> Bytes = bytes;
        public readonly int Count = count;
        public readonly int Bits = GpuFaults.TileBits(cells);
        public readonly ReadBack ReadBack = new(cells);
        public readonly TTiles Tiles = tiles;
    }
}
