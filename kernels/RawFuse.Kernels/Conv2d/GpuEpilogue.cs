using ILGPU;

namespace RawFuse.Kernels;

/// <summary>The GPU form of <see cref="ConvEpilogue"/>: one thread takes the 8 channels that share a byte of the mask.</summary>
internal static class GpuEpilogue
{
    /// <summary>Where the sums go until the epilogue is applied: to the output, unless that holds what is to be added.</summary>
    public static Storage<float> SumsOf(GpuDevice device, in ConvEpilogue epilogue, Storage<float> output, int length) =>
        epilogue.Residual == output ? device.Allocate<float>(length) : output.Share();

    public static void Apply(GpuDevice device, in ConvEpilogue epilogue, Storage<float> sums, Storage<float> output, int pixels, int channels)
    {
        if (epilogue is { Scale: null, Shift: null, Residual: null, Relu: false, Gate: null }) return;
        device.Launch(Kernel, (long)pixels * ((channels + 7) / 8), new GpuArgs(device, in epilogue, sums, output, pixels, channels));
    }

    internal static void Kernel(GpuArgs a)
    {
        int groups = (a.Channels + 7) / 8;
        long count = (long)a.Pixels * groups;
        for (long index = GridStride.First; index < count; index += GridStride.Step)
        {
            int start = (int)(index % groups) * 8;
            long row = index / groups * a.Channels;
            int bits = 0;
            int gate = a.Gate.Length > 0 ? a.Gate[index] : 255;
            for (int bit = 0; bit < 8; bit++)
            {
                int c = start + bit;
                if (c >= a.Channels) break;
                float value = a.Sums[row + c];
                if (a.Scale.Length > 0) value *= a.Scale[c];
                if (a.Shift.Length > 0) value += a.Shift[c];
                if (a.Residual.Length > 0) value += a.Residual[row + c];
                if (a.Relu != 0)
                {
                    if (value > 0) bits |= 1 << bit;
                    if (value <= 0) value = 0;
                }

                if (((gate >> bit) & 1) == 0) value = 0;
                a.Output[row + c] = value;
            }

            if (a.Relu != 0 && a.Mask.Length > 0) a.Mask[index] = (byte)bits;
        }
    }

    internal readonly struct GpuArgs(GpuDevice device, in ConvEpilogue epilogue, Storage<float> sums, Storage<float> output, int pixels, int channels)
    {
        public readonly ArrayView<float> Sums = device.View(sums);
        public readonly ArrayView<float> Output = device.View(output);
        public readonly ArrayView<float> Scale = device.ViewOrEmpty(epilogue.Scale, output);
        public readonly ArrayView<float> Shift = device.ViewOrEmpty(epilogue.Shift, output);
        public readonly ArrayView<float> Residual = device.ViewOrEmpty(epilogue.Residual, output);
        public readonly ArrayView<byte> Mask = device.ViewOrEmpty(epilogue.ReluMask, output);
        public readonly ArrayView<byte> Gate = device.ViewOrEmpty(epilogue.Gate, output);
        public readonly int Relu = epilogue.Relu ? 1 : 0;
        public readonly int Pixels = pixels;
        public readonly int Channels = channels;
    }
}
