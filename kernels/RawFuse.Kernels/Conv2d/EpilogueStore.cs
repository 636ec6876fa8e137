using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RawFuse.Kernels;

/// <summary>The CPU form of <see cref="ConvEpilogue"/>: writes a run of one pixel's channels, 16 or 8 at a time.</summary>
internal readonly unsafe struct EpilogueStore
{
    private readonly float* scale;
    private readonly float* shift;
    private readonly float* residual;
    private readonly byte* mask;
    private readonly byte* gate;
    private readonly bool relu;
    private readonly float* output;
    private readonly int channels;

    public EpilogueStore(CpuDevice device, in ConvEpilogue epilogue, float* output, int channels)
    {
        Debug.Assert(!epilogue.Relu || epilogue.Gate is null);
        scale = device.PointerOrNull(epilogue.Scale);
        shift = device.PointerOrNull(epilogue.Shift);
        residual = device.PointerOrNull(epilogue.Residual);
        mask = epilogue.Relu ? device.PointerOrNull(epilogue.ReluMask) : null;
        gate = device.PointerOrNull(epilogue.Gate);
        relu = epilogue.Relu;
        this.output = output;
        this.channels = channels;
    }

    /// <summary>Stores sums of channels start..start+count-1 of one pixel. The start is a multiple of 8 unless it is 0.</summary>
    [MethodImpl(Hot.Loop)]
    public void Row(float* sums, int pixel, int start, int count)
    {
        long at = ((long)pixel * channels) + start, bits = ((long)pixel * ((channels + 7) / 8)) + (start / 8);
        int c = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; c <= count - 16; c += 16)
            {
                Vector512<float> value = Vector512.Load(sums + c);
                if (scale != null) value *= Vector512.Load(scale + start + c);
                if (shift != null) value += Vector512.Load(shift + start + c);
                if (residual != null) value += Vector512.Load(residual + at + c);
                if (relu)
                {
                    if (mask != null) *(ushort*)(mask + bits + (c / 8)) = (ushort)Vector512.GreaterThan(value, Vector512<float>.Zero).ExtractMostSignificantBits();
                    value = Vector512.ConditionalSelect(Vector512.LessThanOrEqual(value, Vector512<float>.Zero), Vector512<float>.Zero, value);
                }

                if (gate != null)
                {
                    Vector512<int> lanes = Vector512.Create(
                        1, 1 << 1, 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7, 1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15);
                    value = Vector512.ConditionalSelect(
                        Vector512.Equals(Vector512.Create((int)*(ushort*)(gate + bits + (c / 8))) & lanes, lanes).AsSingle(), value, Vector512<float>.Zero);
                }

                value.Store(output + at + c);
            }
        }

        for (; c <= count - 8; c += 8)
        {
            Vector256<float> value = Vector256.Load(sums + c);
            if (scale != null) value *= Vector256.Load(scale + start + c);
            if (shift != null) value += Vector256.Load(shift + start + c);
            if (residual != null) value += Vector256.Load(residual + at + c);
            if (relu)
            {
                if (mask != null) mask[bits + (c / 8)] = (byte)Vector256.GreaterThan(value, Vector256<float>.Zero).ExtractMostSignificantBits();
                value = Vector256.ConditionalSelect(Vector256.LessThanOrEqual(value, Vector256<float>.Zero), Vector256<float>.Zero, value);
            }

            if (gate != null)
            {
                Vector256<int> lanes = Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128);
                value = Vector256.ConditionalSelect(Vector256.Equals(Vector256.Create((int)gate[bits + (c / 8)]) & lanes, lanes).AsSingle(), value, Vector256<float>.Zero);
            }

            value.Store(output + at + c);
        }

        if (c < count) Tail(sums, c, count, start, at, bits);
    }

    private void Tail(float* sums, int c, int count, int start, long at, long bits)
    {
        int open = 0;
        for (int bit = 0; c < count; c++, bit++)
        {
            float value = sums[c];
            if (scale != null) value *= scale[start + c];
            if (shift != null) value += shift[start + c];
            if (residual != null) value += residual[at + c];
            if (relu)
            {
                if (value > 0) open |= 1 << bit;
                if (value <= 0) value = 0;
            }

            if (gate != null && (gate[bits + (c / 8)] >> bit & 1) == 0) value = 0;
            output[at + c] = value;
        }

        if (mask != null) mask[bits + ((count - 1) / 8)] = (byte)open;
    }
}
