using System.Runtime.Intrinsics;

namespace RawFuse.Kernels;

/// <summary>The CPU form of <see cref="Int8Epilogue"/>: writes a run of one pixel's channels, 8 at a time.</summary>
internal readonly unsafe struct Int8Store
{
    private readonly float* factor;
    private readonly float* shift;
    private readonly byte* residual;
    private readonly bool isResidualSigned;
    private readonly float residualFactor;
    private readonly byte* bytes;
    private readonly float* floats;
    private readonly float lowest;
    private readonly float highest;
    private readonly int channels;

    public Int8Store(CpuDevice device, in Conv2dInt8Args args)
    {
        Int8Epilogue epilogue = args.Epilogue;
        factor = device.Pointer(epilogue.Factor);
        shift = device.Pointer(epilogue.Shift);
        residual = device.PointerOrNull(epilogue.Residual?.Bytes);
        isResidualSigned = epilogue.Residual?.IsSigned ?? false;
        residualFactor = epilogue.ResidualFactor;
        bytes = device.PointerOrNull(args.Bytes?.Bytes);
        floats = device.PointerOrNull(args.Floats);
        (lowest, highest) = args.Limits;
        channels = args.Shape.OutChannels;
    }

    /// <summary>Stores the results of channels start..start+count-1 of one pixel.</summary>
    public void Row(int* sums, int pixel, int start, int count)
    {
        long at = ((long)pixel * channels) + start;
        Vector256<float> low = Vector256.Create(lowest), high = Vector256.Create(highest), ofResidual = Vector256.Create(residualFactor);
        int c = 0;
        for (; c <= count - 8; c += 8)
        {
            Vector256<float> value = (Vector256.ConvertToSingle(Vector256.Load(sums + c)) * Vector256.Load(factor + start + c)) + Vector256.Load(shift + start + c);
            if (residual != null) value += Int8Rounding.Load(residual + at + c, isResidualSigned) * ofResidual;
            if (bytes != null) Int8Rounding.Store(value, low, high, bytes + at + c);
            else Vector256.MaxNative(value, low).Store(floats + at + c);
        }

        for (; c < count; c++)
        {
            float value = (sums[c] * factor[start + c]) + shift[start + c];
            if (residual != null) value += Int8Rounding.Load(residual[at + c], isResidualSigned) * residualFactor;
            if (bytes != null) bytes[at + c] = Int8Rounding.ToByte(value, lowest, highest);
            else floats[at + c] = value > lowest ? value : lowest;
        }
    }
}
