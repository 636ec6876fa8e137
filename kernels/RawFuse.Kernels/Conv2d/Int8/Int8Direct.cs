using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace RawFuse.Kernels;

/// <summary>
/// An integer convolution as its definition has it. An item of work does, block of output pixels by block and slice of products by slice: the pixels' inputs become rows of words
/// ([pixel][tap, channel], zeros outside the image), and <see cref="PairTileKernel"/> multiplies them by each panel of weights.
/// </summary>
internal static unsafe class Int8Direct
{
    /// <summary>Pixels of a block: eight register tiles.</summary>
    private const int BlockRows = 48;

    /// <summary>Products of a slice: 32 KB of a 64-channel panel.</summary>
    private const int SliceDepth = 256;

    /// <summary>Words behind a row of inputs that a copy of whole vectors may overwrite.</summary>
    private const int RowSlack = 48;

    /// <summary>Computes the convolution.</summary>
    public static void Run(CpuDevice device, in Conv2dInt8Args args)
    {
        Conv2dShape shape = args.Shape;
        var panels = new Panels(shape.OutChannels);
        int depth = shape.Taps * shape.InChannels, rows = checked(shape.Images / args.Weights.Sets * shape.OutHeight * shape.OutWidth);
        var job = new Job
        {
            Shape = shape,
            Panels = panels,
            Weights = new Int8WeightSource(device, args.Weights, in shape),
            Store = new Int8Store(device, in args),
            Input = device.Pointer(args.Input.Bytes),
            Mask = args.Input.IsSigned ? -1 : 0x00FF00FF,
            Depth = depth,
            Rows = rows,
            Split = new Int8Split(device.Threads, args.Weights.Sets, panels.Count, (long)(depth + 1) * panels.Width * sizeof(short), rows, 4 * BlockRows),
        };
        device.For(job.Split.Count, job.ScratchBytes, in job);
    }

    private struct Job : IScratchBody
    {
        public Conv2dShape Shape;
        public Panels Panels;
        public Int8WeightSource Weights;
        public Int8Store Store;
        public byte* Input;
        public int Mask;
        public int Depth;
        public int Rows;
        public Int8Split Split;

        public readonly long ScratchBytes => (InputWords * sizeof(short)) + (WeightWords * sizeof(short)) + (Split.PanelsPerItem * SumInts * sizeof(int));

        private readonly int Slices => (Depth + SliceDepth - 1) / SliceDepth;

        private readonly int SliceStride => Math.Min(SliceDepth, Depth) + RowSlack;

        private readonly long InputWords => ((long)BlockRows * SliceStride) + 64;

        private readonly bool KeepsWeights => Split.RowsPerRun > BlockRows;

        /// <summary>Words of a slice of a panel's weights, rounded up to whole lines.</summary>
        private readonly long SliceWords => ((long)((Math.Min(SliceDepth, Depth) + 1) / 2) * 2 * Panels.Width) + 64;

        private readonly long WeightWords => KeepsWeights ? Split.PanelsPerItem * Slices * SliceWords : SliceWords;

        private readonly long SumInts => (long)BlockRows * Panels.Width;

        public readonly void Run(int item, void* scratch)
        {
            if (Panels.Lanes == 16) Run<IntegerSimd512, Vector512<int>>(item, (int*)scratch);
            else if (Panels.Lanes == 8) Run<IntegerSimd256, Vector256<int>>(item, (int*)scratch);
            else Run<IntegerSimd128, Vector128<int>>(item, (int*)scratch);
        }

        private readonly void Run<TSimd, TVector>(int item, int* scratch)
            where TSimd : struct, IIntegerSimd<TVector>
            where TVector : struct
        {
            int* sums = scratch;
            short* inputs = (short*)(sums + (Split.PanelsPerItem * SumInts)), weights = inputs + InputWords;
            Split.Locate(item, out int set, out int firstPanel, out int start);
            int panelCount = Math.Min(Split.PanelsPerItem, Panels.Count - firstPanel), end = Math.Min(Rows, start + Split.RowsPerRun);
            int firstRow = set * Rows;
            for (int row = start; row < end; row += BlockRows)
            {
                int count = Math.Min(BlockRows, end - row);
                for (int slice = 0; slice < Slices; slice++)
                {
                    int k = slice * SliceDepth, depth = Math.Min(SliceDepth, Depth - k);
                    FindInputs<TSimd, TVector>(firstRow + row, count, k, depth, inputs);
                    for (int p = 0; p < panelCount; p++)
                    {
                        short* panel = KeepsWeights ? weights + (((p * Slices) + slice) * SliceWords) : weights;
                        if (row == start) Weights.Pack<TSimd, TVector>(set, in Panels, firstPanel + p, k, depth, panel);
                        Multiply<TSimd, TVector>(firstPanel + p, count, inputs, depth, panel, sums + (p * SumInts), slice > 0);
                    }
                }

                for (int p = 0; p < panelCount; p++)
                {
                    int* panelSums = sums + (p * SumInts);
                    int start0 = Panels.Start(firstPanel + p), valid = Panels.Valid(firstPanel + p), width = Panels.WidthOf(firstPanel + p);
                    for (int r = 0; r < count; r++) Store.Row(panelSums + (r * width), firstRow + row + r, start0, valid);
                }
            }
        }

        private readonly void Multiply<TSimd, TVector>(int panel, int count, short* inputs, int depth, short* weights, int* sums, bool accumulate)
            where TSimd : struct, IIntegerSimd<TVector>
            where TVector : struct
        {
            int pairs = (depth + 1) / 2;
            switch (Panels.VectorsOf(panel))
            {
                case 4: PairTileKernel.Run<PairRow4<TSimd, TVector>>(count, inputs, SliceStride, pairs, weights, sums, accumulate); break;
                case 2: PairTileKernel.Run<PairRow2<TSimd, TVector>>(count, inputs, SliceStride, pairs, weights, sums, accumulate); break;
                default: PairTileKernel.Run<PairRow1<TSimd, TVector>>(count, inputs, SliceStride, pairs, weights, sums, accumulate); break;
            }
        }

        /// <summary>Writes products k..k+depth-1 of some pixels as rows of words. A kernel's row lies in one piece of memory where it does not cross the image's edge.</summary>
        private readonly void FindInputs<TSimd, TVector>(int row, int count, int k, int depth, short* target)
            where TSimd : struct, IIntegerSimd<TVector>
            where TVector : struct
        {
            int channels = Shape.InChannels, across = Shape.KernelWidth * channels, end = k + depth;
            int x = row % Shape.OutWidth, y = row / Shape.OutWidth % Shape.OutHeight, image = row / (Shape.OutWidth * Shape.OutHeight);
            for (int r = 0; r < count; r++, target += SliceStride)
            {
                int left = (x * Shape.Stride) - Shape.Padding;
                bool isWhole = left >= 0 && left + Shape.KernelWidth <= Shape.InWidth;
                for (int kh = k / across; kh * across < end; kh++)
                {
                    int inY = (y * Shape.Stride) + kh - Shape.Padding, from = Math.Max(k, kh * across), to = Math.Min(end, (kh + 1) * across);
                    byte* source = Input + (((((long)image * Shape.InHeight) + inY) * Shape.InWidth) + left) * channels - (kh * across);
                    if ((uint)inY >= (uint)Shape.InHeight) Clear<TSimd, TVector>(target + from - k, to - from);
                    else if (isWhole) Copy<TSimd, TVector>(source + from, target + from - k, to - from);
                    else
                    {
                        for (int tap = from / channels; tap * channels < to; tap++)
                        {
                            int inX = left + tap - (kh * Shape.KernelWidth), tapFrom = Math.Max(from, tap * channels), tapTo = Math.Min(to, (tap + 1) * channels);
                            if ((uint)inX < (uint)Shape.InWidth) Copy<TSimd, TVector>(source + tapFrom, target + tapFrom - k, tapTo - tapFrom);
                            else Clear<TSimd, TVector>(target + tapFrom - k, tapTo - tapFrom);
                        }
                    }
                }

                if (++x < Shape.OutWidth) continue;
                x = 0;
                if (++y < Shape.OutHeight) continue;
                y = 0;
                image++;
            }
        }

        /// <summary>Widens bytes. Whole vectors are written; what follows overwrites the surplus.</summary>
        private readonly void Copy<TSimd, TVector>(byte* source, short* target, int count)
            where TSimd : struct, IIntegerSimd<TVector>
            where TVector : struct
        {
            Debug.Assert(2 * TSimd.Lanes <= RowSlack);
            TVector mask = TSimd.Broadcast(Mask);
            for (int i = 0; i < count; i += 2 * TSimd.Lanes) TSimd.Store(target + i, TSimd.And(TSimd.WidenToWords(source + i), mask));
        }

        private static void Clear<TSimd, TVector>(short* target, int count)
            where TSimd : struct, IIntegerSimd<TVector>
            where TVector : struct
        {
            for (int i = 0; i < count; i += 2 * TSimd.Lanes) TSimd.Store(target + i, TSimd.Zero);
        }
    }
}
