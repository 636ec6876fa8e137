using ILGPU;

namespace RawFuse.Kernels;

/// <summary>The GPU form of <see cref="ConvEpilogue"/>: a thread takes 8 neighbouring channels, which share a byte of the mask.</summary>
internal readonly struct GpuEpilogue(GpuDevice device, in ConvEpilogue epilogue, Storage<float> output)
{
    private readonly ArrayView<float> scale = device.ViewOrEmpty(epilogue.Scale, output);
    private readonly ArrayView<float> shift = device.ViewOrEmpty(epilogue.Shift, output);
    private readonly ArrayView<float> residual = device.ViewOrEmpty(epilogue.Residual, output);
    private readonly ArrayView<byte> mask = device.ViewOrEmpty(epilogue.Relu ? epilogue.ReluMask : null, output);
    private readonly ArrayView<byte> gate = device.ViewOrEmpty(epilogue.Gate, output);
    private readonly int relu = epilogue.Relu ? 1 : 0;

    /// <summary>Stores the sums of 8 channels of a pixel. The number of channels is a multiple of 8.</summary>
    public void Store(ArrayView<float> output, long pixel, int channel, int channels, SumRow<float> sums)
    {
        long at = (pixel * channels) + channel;
        Float4 low = Apply(Whole(sums.Low), at, channel), high = Apply(Whole(sums.High), at + 4, channel + 4);
        if (mask.Length > 0) mask[at / 8] = (byte)(Positive(low) | (Positive(high) << 4));
        if (relu != 0)
        {
            low = AtLeastZero(low);
            high = AtLeastZero(high);
        }

        if (gate.Length > 0)
        {
            int open = gate[at / 8];
            low = low.Where(open);
            high = high.Where(open >> 4);
        }

        ArrayView<Float4> chunks = output.Cast<Float4>();
        chunks[at / 4] = low;
        chunks[(at / 4) + 1] = high;
    }

    /// <summary>Stores the sums of 8 channels of a pixel, or of as many as there are.</summary>
    public void StoreElements(ArrayView<float> output, long pixel, int channel, int channels, SumRow<float> sums)
    {
        long at = (pixel * channels) + channel, maskAt = (pixel * ((channels + 7) / 8)) + (channel / 8);
        int open = gate.Length > 0 ? gate[maskAt] : 255, positive = 0;
        for (int bit = 0; bit < 8 && channel + bit < channels; bit++)
        {
            int c = channel + bit;
            float value = sums.At(bit);
            if (scale.Length > 0) value *= scale[c];
            if (shift.Length > 0) value += shift[c];
            if (residual.Length > 0) value += residual[at + bit];
            if (value > 0) positive |= 1 << bit;
            if (relu != 0 && value <= 0) value = 0;
            if (((open >> bit) & 1) == 0) value = 0;
            output[at + bit] = value;
        }

        if (mask.Length > 0) mask[maskAt] = (byte)positive;
    }

    private Float4 Apply(Float4 value, long at, int channel)
    {
        if (scale.Length > 0) value *= scale.Cast<Float4>()[channel / 4];
        if (shift.Length > 0) value += shift.Cast<Float4>()[channel / 4];
        if (residual.Length > 0) value += residual.Cast<Float4>()[at / 4];
        return value;
    }

    private static Float4 Whole(Chunk<float> sums) => new(sums.X, sums.Y, sums.Z, sums.W);

    private static int Positive(Float4 value) => (value.X > 0 ? 1 : 0) | (value.Y > 0 ? 2 : 0) | (value.Z > 0 ? 4 : 0) | (value.W > 0 ? 8 : 0);

    /// <summary>NaN stays.</summary>
    private static Float4 AtLeastZero(Float4 value) => new(value.X <= 0 ? 0 : value.X, value.Y <= 0 ? 0 : value.Y, value.Z <= 0 ? 0 : value.Z, value.W <= 0 ? 0 : value.W);
}
