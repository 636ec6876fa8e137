using System.Runtime.Intrinsics;

namespace RawFuse.Kernels;

/// <summary>The CPU form of <see cref="ConvEpilogue"/>: writes a run of one pixel's channels, 8 at a time.</summary>
internal readonly unsafe struct EpilogueStore
{
    private readonly float* scale;
    private readonly float* shift;
    private readonly float* residual;
    private readonly byte* mask;
    private readonly bool relu;
    private readonly float* output;
    private readonly int channels;

    public EpilogueStore(CpuDevice device, in ConvEpilogue epilogue, float* output, int channels)
    {
        scale = device.PointerOrNull(epilogue.Scale);
        shift = device.PointerOrNull(epilogue.Shift);
        residual = device.PointerOrNull(epilogue.Residual);
        mask = device.PointerOrNull(epilogue.ReluMask);
        relu = epilogue.Relu;
        this.output = output;
        this.channels = channels;
    }

    /// <summary>Stores sums of channels start..start+count-1 of one pixel. The start is a multiple of 8 unless it is 0.</summary>
    public void Row(float* sums, int pixel, int start, int count)
    {
        long at = ((long)pixel * channels) + start;
        byte* bits = mask == null ? null : mask + ((long)pixel * ((channels + 7) / 8)) + (start / 8);
        int c = 0;
        for (; c <= count - 8; c += 8)
        {
            Vector256<float> value = Vector256.Load(sums + c);
            if (scale != null) value *= Vector256.Load(scale + start + c);
            if (shift != null) value += Vector256.Load(shift + start + c);
            if (residual != null) value += Vector256.Load(residual + at + c);
            if (relu)
            {
                if (bits != null) bits[c / 8] = (byte)Vector256.GreaterThan(value, Vector256<float>.Zero).ExtractMostSignificantBits();
                value = Vector256.ConditionalSelect(Vector256.LessThanOrEqual(value, Vector256<float>.Zero), Vector256<float>.Zero, value);
            }

            value.Store(output + at + c);
        }

        if (c == count) return;
        int tail = 0;
        for (int bit = 0; c < count; c++, bit++)
        {
            float value = sums[c];
            if (scale != null) value *= scale[start + c];
            if (shift != null) value += shift[start + c];
            if (residual != null) value += residual[at + c];
            if (relu)
            {
                if (value > 0) tail |= 1 << bit;
                if (value <= 0) value = 0;
            }

            output[at + c] = value;
        }

        if (relu && bits != null) bits[(count - 1) / 8] = (byte)tail;
    }
}
