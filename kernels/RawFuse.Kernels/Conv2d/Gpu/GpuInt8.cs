using ILGPU;

namespace RawFuse.Kernels;

/// <summary>What a convolution of bytes has besides: its source, and what becomes of its sums (<see cref="Int8Epilogue"/>).</summary>
internal readonly struct GpuInt8
{
    public readonly ArrayView<byte> Source;
    private readonly ArrayView<float> factor;
    private readonly ArrayView<float> shift;
    private readonly ArrayView<byte> residual;
    private readonly ArrayView<byte> bytes;
    private readonly int isResidualSigned;
    private readonly float residualFactor;
    private readonly float lowest;
    private readonly float highest;

    public GpuInt8(GpuDevice device, in Conv2dInt8Args args)
    {
        Source = device.View(args.Input.Bytes);
        factor = device.View(args.Epilogue.Factor);
        shift = device.View(args.Epilogue.Shift);
        residual = device.ViewOrEmpty(args.Epilogue.Residual?.Bytes, args.Input.Bytes);
        bytes = device.ViewOrEmpty(args.Bytes?.Bytes, args.Input.Bytes);
        isResidualSigned = args.Epilogue.Residual is { IsSigned: true } ? 1 : 0;
        residualFactor = args.Epilogue.ResidualFactor;
        (lowest, highest) = args.Limits;
    }

    /// <summary>None, for other convolutions: views of length 0.</summary>
    public GpuInt8(GpuDevice device, Storage<float> any)
    {
        Source = residual = bytes = device.ViewOrEmpty<byte, float>(null, any);
        factor = shift = device.ViewOrEmpty<float, float>(null, any);
    }

    /// <summary>Stores one sum.</summary>
    public void Store(ArrayView<float> floats, long at, int channel, int sum)
    {
        float value = Product(sum, factor[channel]) + shift[channel];
        if (residual.Length > 0) value += Product(isResidualSigned != 0 ? (sbyte)residual[at] : residual[at], residualFactor);
        if (bytes.Length > 0) bytes[at] = Int8Rounding.ToByte(value, lowest, highest);
        else floats[at] = value > lowest ? value : lowest;
    }

    /// <summary>The product rounded to float32, whatever is done with it: one of floats might be fused with the sum behind it.</summary>
    private static float Product(int number, float factor) => (float)((double)(float)number * factor);
}

/// <summary>Pixels of images, as bytes or floats.</summary>
internal readonly struct Int8PixelStore : IGemmStore<int>
{
    public static void Store(GemmArgs a, int line, int column, SumRow<int> sums)
    {
        long pixel = column < a.Columns ? PixelStore.PixelOf(a, line) : -1;
        if (pixel < 0) return;
        long at = (pixel * a.Columns) + column;
        for (int i = 0; i < 8 && column + i < a.Columns; i++) a.Int8.Store(a.Output, at + i, column + i, sums.At(i));
    }
}
