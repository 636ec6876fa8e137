using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RawFuse.Kernels;

/// <summary>
/// How a row of output channels is cut into panels of whole vectors. Vectors are as wide as the machine has them, but not
/// wider than few channels need: 3 channels take one vector of 4 lanes.
/// </summary>
internal readonly struct Panels
{
    public Panels(int columns)
    {
        Columns = columns;
        int widest = Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;
        Lanes = columns <= 4 ? 4 : columns <= 8 ? Math.Min(8, widest) : widest;

        // Register budget: 6 x 4 sums need 32 registers, which only the 512-bit instruction set has.
        Vectors = Lanes == 16 ? 4 : 2;
        Count = (columns + Width - 1) / Width;
    }

    /// <summary>Channels.</summary>
    public int Columns { get; }

    /// <summary>Floats in a vector.</summary>
    public int Lanes { get; }

    /// <summary>Vectors in a full panel.</summary>
    public int Vectors { get; }

    /// <summary>Channels in a full panel.</summary>
    public int Width => Lanes * Vectors;

    /// <summary>Number of panels.</summary>
    public int Count { get; }

    /// <summary>Channels in all panels, padding included.</summary>
    public int PaddedColumns => ((Count - 1) * Width) + (VectorsOf(Count - 1) * Lanes);

    /// <summary>Vectors in a panel: the last one may be narrower, but only by halves.</summary>
    public int VectorsOf(int panel)
    {
        int needed = (Math.Min(Width, Columns - (panel * Width)) + Lanes - 1) / Lanes;
        return needed > 2 ? 4 : needed;
    }

    /// <summary>First channel of a panel.</summary>
    public int Start(int panel) => panel * Width;

    /// <summary>Channels of a panel that exist.</summary>
    public int Valid(int panel) => Math.Min(Width, Columns - (panel * Width));
}

/// <summary>
/// Copies weights into panels: [panel][tap][k][lane], lanes beyond the last channel 0. The forward pass sums over input
/// channels (k) and has output channels in its lanes, which is the order weights are stored in; the input gradient
/// has them the other way round and transposes 8 x 8 blocks on the way. Packed bytes are dequantized, and their faults
/// applied, right here: no float copy of the weights exists beyond the panels of the layer at work.
/// </summary>
internal readonly unsafe struct PanelPacker(
    Panels panels, float* values, sbyte* packed, byte* faults, float scale, float* outScale, int inChannels, int outChannels, int* taps, int tapCount, bool transpose, float* destination)
    : IParallelBody
{
    /// <summary>Channels summed over.</summary>
    private int Depth => transpose ? outChannels : inChannels;

    /// <summary>Items: one per panel and tap.</summary>
    public int Items => panels.Count * tapCount;

    public void Run(int item)
    {
        int panel = item / tapCount, tap = item % tapCount;
        int width = panels.VectorsOf(panel) * panels.Lanes;
        float* target = destination + ((long)panels.Start(panel) * tapCount * Depth) + ((long)tap * Depth * width);
        long source = (long)taps[tap] * inChannels * outChannels;
        if (values != null) Pack(new FloatReader(values + source), panel, width, target);
        else if (faults != null) Pack(new FaultyReader(packed + source, faults + source, scale), panel, width, target);
        else Pack(new PackedReader(packed + source, scale), panel, width, target);
    }

    private void Pack<TReader>(TReader reader, int panel, int width, float* target)
        where TReader : struct, IReader
    {
        if (transpose) PackTransposed(reader, panel, width, target);
        else PackStraight(reader, panel, width, target);
    }

    private void PackStraight<TReader>(TReader reader, int panel, int width, float* target)
        where TReader : struct, IReader
    {
        Debug.Assert(outScale == null);
        int start = panels.Start(panel), valid = panels.Valid(panel);
        for (int k = 0; k < inChannels; k++, target += width)
        {
            long row = ((long)k * outChannels) + start;
            int lane = 0;
            for (; lane <= valid - 8; lane += 8) reader.Load8(row + lane).Store(target + lane);
            for (; lane < valid; lane++) target[lane] = reader.Load(row + lane);
            for (; lane < width; lane++) target[lane] = 0;
        }
    }

    private void PackTransposed<TReader>(TReader reader, int panel, int width, float* target)
        where TReader : struct, IReader
    {
        int start = panels.Start(panel), valid = panels.Valid(panel);
        int lane = 0;
        if (Avx.IsSupported)
        {
            for (; lane <= valid - 8; lane += 8)
            {
                long row = (long)(start + lane) * outChannels;
                int k = 0;
                for (; k <= outChannels - 8; k += 8) TransposeBlock(reader, row + k, k, target + ((long)k * width) + lane, width);
                for (; k < outChannels; k++)
                    for (int i = 0; i < 8; i++)
                        target[((long)k * width) + lane + i] = reader.Load(row + ((long)i * outChannels) + k) * OutScale(k);
            }
        }

        for (; lane < width; lane++)
        {
            long row = (long)(start + lane) * outChannels;
            for (int k = 0; k < outChannels; k++) target[((long)k * width) + lane] = lane < valid ? reader.Load(row + k) * OutScale(k) : 0;
        }
    }

    private float OutScale(int channel) => outScale == null ? 1 : outScale[channel];

    /// <summary>Reads 8 rows (lanes) of 8 numbers (k) and stores their columns, each scaled by its output channel's factor.</summary>
    private void TransposeBlock<TReader>(TReader reader, long row, int k, float* target, int width)
        where TReader : struct, IReader
    {
        Vector256<float> factor = outScale == null ? Vector256<float>.One : Vector256.Load(outScale + k);
        Vector256<float> r0 = reader.Load8(row) * factor;
        Vector256<float> r1 = reader.Load8(row + outChannels) * factor;
        Vector256<float> r2 = reader.Load8(row + (2L * outChannels)) * factor;
        Vector256<float> r3 = reader.Load8(row + (3L * outChannels)) * factor;
        Vector256<float> r4 = reader.Load8(row + (4L * outChannels)) * factor;
        Vector256<float> r5 = reader.Load8(row + (5L * outChannels)) * factor;
        Vector256<float> r6 = reader.Load8(row + (6L * outChannels)) * factor;
        Vector256<float> r7 = reader.Load8(row + (7L * outChannels)) * factor;

        Vector256<float> t0 = Avx.UnpackLow(r0, r1), t1 = Avx.UnpackHigh(r0, r1), t2 = Avx.UnpackLow(r2, r3), t3 = Avx.UnpackHigh(r2, r3);
        Vector256<float> t4 = Avx.UnpackLow(r4, r5), t5 = Avx.UnpackHigh(r4, r5), t6 = Avx.UnpackLow(r6, r7), t7 = Avx.UnpackHigh(r6, r7);
        Vector256<float> u0 = Avx.Shuffle(t0, t2, 0x44), u1 = Avx.Shuffle(t0, t2, 0xEE), u2 = Avx.Shuffle(t1, t3, 0x44), u3 = Avx.Shuffle(t1, t3, 0xEE);
        Vector256<float> u4 = Avx.Shuffle(t4, t6, 0x44), u5 = Avx.Shuffle(t4, t6, 0xEE), u6 = Avx.Shuffle(t5, t7, 0x44), u7 = Avx.Shuffle(t5, t7, 0xEE);
        Avx.Permute2x128(u0, u4, 0x20).Store(target);
        Avx.Permute2x128(u1, u5, 0x20).Store(target + width);
        Avx.Permute2x128(u2, u6, 0x20).Store(target + (2L * width));
        Avx.Permute2x128(u3, u7, 0x20).Store(target + (3L * width));
        Avx.Permute2x128(u0, u4, 0x31).Store(target + (4L * width));
        Avx.Permute2x128(u1, u5, 0x31).Store(target + (5L * width));
        Avx.Permute2x128(u2, u6, 0x31).Store(target + (6L * width));
        Avx.Permute2x128(u3, u7, 0x31).Store(target + (7L * width));
    }

    private interface IReader
    {
        float Load(long index);

        Vector256<float> Load8(long index);
    }

    private readonly struct FloatReader(float* values) : IReader
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public float Load(long index) => values[index];

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<float> Load8(long index) => Vector256.Load(values + index);
    }

    private readonly struct PackedReader(sbyte* packed, float scale) : IReader
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public float Load(long index) => packed[index] * scale;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<float> Load8(long index) => Widen(Unsafe.ReadUnaligned<ulong>(packed + index)) * scale;
    }

    private readonly struct FaultyReader(sbyte* packed, byte* faults, float scale) : IReader
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public float Load(long index) => (sbyte)((byte)packed[index] ^ faults[index]) * scale;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<float> Load8(long index) =>
            Widen(Unsafe.ReadUnaligned<ulong>(packed + index) ^ Unsafe.ReadUnaligned<ulong>(faults + index)) * scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Widen(ulong bytes)
    {
        Vector128<sbyte> packed = Vector128.CreateScalar(bytes).AsSByte();
        if (Avx2.IsSupported) return Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(packed));
        Vector128<short> words = Vector128.WidenLower(packed);
        return Vector256.ConvertToSingle(Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)));
    }
}
