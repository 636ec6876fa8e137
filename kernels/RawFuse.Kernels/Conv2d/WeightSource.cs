using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RawFuse.Kernels;

/// <summary>
/// One set of a convolution's weights as a CPU kernel reads them: parts of them are copied into panels, [k][lane], lanes beyond the last channel 0. The
/// forward pass sums over input channels (k) and has output channels in its lanes, which is the order weights are stored in; the input gradient
/// has them the other way round and transposes 8 x 8 blocks on the way. Packed bytes are dequantized, and their faults
/// applied, right here: no float copy of the weights exists beyond the panels at work. Winograd's transforms take them as bytes (<see cref="PackTaps"/>).
/// </summary>
internal readonly unsafe struct WeightSource
{
    private readonly float* values;
    private readonly sbyte* packed;
    private readonly byte* faults;
    private readonly float scale;
    private readonly float* outScale;
    private readonly int inChannels;
    private readonly int outChannels;
    private readonly int weightLength;
    private readonly bool transpose;

    /// <summary>Finds the weights of all sets; those of set 0 are read.</summary>
    /// <param name="device">Where they are.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="outScale">Factors of the output channels applied to the weights, or null; for the input gradient only.</param>
    /// <param name="shape">The convolution.</param>
    /// <param name="transpose">Whether input channels are in the lanes: for the input gradient.</param>
    public WeightSource(CpuDevice device, in ConvWeights weights, Storage<float>? outScale, in Conv2dShape shape, bool transpose)
    {
        Debug.Assert(transpose || outScale is null);
        values = device.PointerOrNull(weights.Values);
        packed = device.PointerOrNull(weights.Packed);
        faults = device.PointerOrNull(weights.Faults);
        scale = weights.Scale;
        this.outScale = device.PointerOrNull(outScale);
        inChannels = shape.InChannels;
        outChannels = shape.OutChannels;
        weightLength = shape.WeightLength;
        this.transpose = transpose;
    }

    /// <summary>Copies a slice of one panel at one kernel pixel.</summary>
    /// <param name="set">Set of weights.</param>
    /// <param name="panels">How the lanes' channels are cut.</param>
    /// <param name="panel">Which panel.</param>
    /// <param name="tap">Which kernel pixel.</param>
    /// <param name="k">First channel summed over.</param>
    /// <param name="depth">Channels summed over.</param>
    /// <param name="target">Receives [depth, width of the panel].</param>
    public void Pack(int set, in Panels panels, int panel, int tap, int k, int depth, float* target)
    {
        long source = (long)tap * inChannels * outChannels, faulty = source + ((long)set * weightLength);
        if (values != null) Pack(new FloatReader(values + source), in panels, panel, k, depth, target);
        else if (faults != null) Pack(new FaultyReader(packed + source, faults + faulty, scale), in panels, panel, k, depth, target);
        else Pack(new PackedReader(packed + source, scale), in panels, panel, k, depth, target);
    }

    /// <summary>Whether <see cref="PackTaps"/> packs bytes.</summary>
    public bool HasBytes => values == null;

    /// <summary>What packed bytes of a channel summed over are multiplied by.</summary>
    public float ByteScale(int k) => outScale == null ? scale : scale * outScale[k];

    /// <summary>
    /// Copies a slice of one panel at all nine taps of a 3 x 3 kernel, which come in reverse for the input gradient: floats ready for use, or bytes, faults applied. Tap by tap is the
    /// way to read them: each is a stream of its own, and the memory is far.
    /// </summary>
    /// <param name="set">Set of weights.</param>
    /// <param name="panels">How the lanes' channels are cut.</param>
    /// <param name="panel">Which panel.</param>
    /// <param name="k">First channel summed over.</param>
    /// <param name="depth">Channels summed over.</param>
    /// <param name="distance">Numbers from one tap to the next in the target.</param>
    /// <param name="target">Receives nine times [depth, width of the panel], floats or bytes.</param>
    public void PackTaps(int set, in Panels panels, int panel, int k, int depth, int distance, void* target)
    {
        for (int i = 0; i < 9; i++)
        {
            int tap = transpose ? 8 - i : i;
            if (HasBytes) PackBytes(set, in panels, panel, tap, k, depth, (sbyte*)target + (i * distance));
            else Pack(set, in panels, panel, tap, k, depth, (float*)target + (i * distance));
        }
    }

    private void PackBytes(int set, in Panels panels, int panel, int tap, int k, int depth, sbyte* target)
    {
        long source = (long)tap * inChannels * outChannels, faulty = source + ((long)set * weightLength);
        byte* flips = faults == null ? null : faults + faulty;
        if (transpose) PackBytesTransposed(packed + source, flips, panels.Start(panel), panels.Valid(panel), panels.WidthOf(panel), k, depth, target);
        else PackBytesStraight(packed + source, flips, panels.Start(panel), panels.Valid(panel), panels.WidthOf(panel), k, depth, target);
    }

    [MethodImpl(Hot.Loop)]
    private void PackBytesStraight(sbyte* bytes, byte* flips, int start, int valid, int width, int first, int depth, sbyte* target)
    {
        int whole = valid / 16 * 16;
        for (int k = first; k < first + depth; k++, target += width)
        {
            long row = ((long)k * outChannels) + start;
            for (int lane = 0; lane < whole; lane += 16)
            {
                Vector128<sbyte> some = Vector128.Load(bytes + row + lane);
                if (flips != null) some ^= Vector128.Load(flips + row + lane).AsSByte();
                some.Store(target + lane);
            }

            for (int lane = whole; lane < width; lane++) target[lane] = lane < valid ? Byte(bytes, flips, row + lane) : (sbyte)0;
        }
    }

    [MethodImpl(Hot.Loop)]
    private void PackBytesTransposed(sbyte* bytes, byte* flips, int start, int valid, int width, int first, int depth, sbyte* target)
    {
        int lane = 0;
        if (Sse2.IsSupported)
        {
            for (; lane <= valid - 16; lane += 16)
            {
                long row = ((long)(start + lane) * outChannels) + first;
                int k = 0;
                for (; k <= depth - 8; k += 8) TransposeBytes(bytes + row + k, flips == null ? null : flips + row + k, outChannels, target + (k * width) + lane, width);
                for (; k < depth; k++)
                    for (int i = 0; i < 16; i++)
                        target[(k * width) + lane + i] = Byte(bytes, flips, row + ((long)i * outChannels) + k);
            }
        }

        for (; lane < width; lane++)
        {
            long row = ((long)(start + lane) * outChannels) + first;
            for (int k = 0; k < depth; k++) target[(k * width) + lane] = lane < valid ? Byte(bytes, flips, row + k) : (sbyte)0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static sbyte Byte(sbyte* bytes, byte* flips, long index) => flips == null ? bytes[index] : (sbyte)((byte)bytes[index] ^ flips[index]);

    /// <summary>Reads 16 rows (lanes) of 8 bytes (k) and stores their columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeBytes(sbyte* from, byte* flips, nint step, sbyte* target, nint width)
    {
        // Pairs of rows, then fours, eights and sixteens; in each, the k-th bytes come to lie side by side.
        Vector128<short> r01 = Pair(0), r23 = Pair(2), r45 = Pair(4), r67 = Pair(6), r89 = Pair(8), rAB = Pair(10), rCD = Pair(12), rEF = Pair(14);
        Vector128<int> low0 = Sse2.UnpackLow(r01, r23).AsInt32(), low4 = Sse2.UnpackLow(r45, r67).AsInt32(), low8 = Sse2.UnpackLow(r89, rAB).AsInt32(), lowC = Sse2.UnpackLow(rCD, rEF).AsInt32();
        Vector128<int> high0 = Sse2.UnpackHigh(r01, r23).AsInt32(), high4 = Sse2.UnpackHigh(r45, r67).AsInt32(), high8 = Sse2.UnpackHigh(r89, rAB).AsInt32(), highC = Sse2.UnpackHigh(rCD, rEF).AsInt32();
        Store(Sse2.UnpackLow(low0, low4).AsInt64(), Sse2.UnpackLow(low8, lowC).AsInt64(), target);
        Store(Sse2.UnpackHigh(low0, low4).AsInt64(), Sse2.UnpackHigh(low8, lowC).AsInt64(), target + (2 * width));
        Store(Sse2.UnpackLow(high0, high4).AsInt64(), Sse2.UnpackLow(high8, highC).AsInt64(), target + (4 * width));
        Store(Sse2.UnpackHigh(high0, high4).AsInt64(), Sse2.UnpackHigh(high8, highC).AsInt64(), target + (6 * width));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        Vector128<short> Pair(int row) => Sse2.UnpackLow(Row(row), Row(row + 1)).AsInt16();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        Vector128<byte> Row(int row)
        {
            ulong bytes = Unsafe.ReadUnaligned<ulong>(from + (row * step));
            return Vector128.CreateScalar(flips == null ? bytes : bytes ^ Unsafe.ReadUnaligned<ulong>(flips + (row * step))).AsByte();
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Store(Vector128<long> lower, Vector128<long> upper, sbyte* to)
        {
            Sse2.UnpackLow(lower, upper).AsSByte().Store(to);
            Sse2.UnpackHigh(lower, upper).AsSByte().Store(to + width);
        }
    }

    private void Pack<TReader>(TReader reader, in Panels panels, int panel, int k, int depth, float* target)
        where TReader : struct, IReader
    {
        if (transpose) PackTransposed(reader, panels.Start(panel), panels.Valid(panel), panels.WidthOf(panel), k, depth, target);
        else PackStraight(reader, panels.Start(panel), panels.Valid(panel), panels.WidthOf(panel), k, depth, target);
    }

    [MethodImpl(Hot.Loop)]
    private void PackStraight<TReader>(TReader reader, int start, int valid, int width, int first, int depth, float* target)
        where TReader : struct, IReader
    {
        for (int k = first; k < first + depth; k++, target += width)
        {
            long row = ((long)k * outChannels) + start;
            int lane = 0;
            for (; lane <= valid - 8; lane += 8) reader.Load8(row + lane).Store(target + lane);
            for (; lane < valid; lane++) target[lane] = reader.Load(row + lane);
            for (; lane < width; lane++) target[lane] = 0;
        }
    }

    [MethodImpl(Hot.Loop)]
    private void PackTransposed<TReader>(TReader reader, int start, int valid, int width, int first, int depth, float* target)
        where TReader : struct, IReader
    {
        int lane = 0;
        if (Avx.IsSupported)
        {
            for (; lane <= valid - 8; lane += 8)
            {
                long row = ((long)(start + lane) * outChannels) + first;
                int k = 0;
                for (; k <= depth - 8; k += 8) TransposeBlock(reader, row + k, first + k, target + ((long)k * width) + lane, width);
                for (; k < depth; k++)
                    for (int i = 0; i < 8; i++)
                        target[((long)k * width) + lane + i] = reader.Load(row + ((long)i * outChannels) + k) * OutScale(first + k);
            }
        }

        for (; lane < width; lane++)
        {
            long row = ((long)(start + lane) * outChannels) + first;
            for (int k = 0; k < depth; k++) target[((long)k * width) + lane] = lane < valid ? reader.Load(row + k) * OutScale(first + k) : 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float OutScale(int channel) => outScale == null ? 1 : outScale[channel];

    /// <summary>Reads 8 rows (lanes) of 8 numbers (k) and stores their columns, each scaled by its output channel's factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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
