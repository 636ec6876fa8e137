using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RawFuse.Kernels;

/// <summary>The CPU form of <see cref="Int8Epilogue"/>: writes a run of one pixel's channels, 16 or 8 at a time.</summary>
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
    [MethodImpl(Hot.Loop)]
    public void Row(int* sums, int pixel, int start, int count)
    {
        long at = ((long)pixel * channels) + start;
        float* factors = factor + start, shifts = shift + start, toFloats = floats == null ? null : floats + at;
        byte* summands = residual == null ? null : residual + at, toBytes = bytes == null ? null : bytes + at;
        int c = Avx512F.IsSupported ? Row16(sums, factors, shifts, summands, toBytes, toFloats, count) : 0;
        Vector256<float> low = Vector256.Create(lowest), high = Vector256.Create(highest), ofResidual = Vector256.Create(residualFactor);
        for (; c <= count - 8; c += 8)
        {
            Vector256<float> value = (Vector256.ConvertToSingle(Vector256.Load(sums + c)) * Vector256.Load(factors + c)) + Vector256.Load(shifts + c);
            if (summands != null) value += Int8Rounding.Load(summands + c, isResidualSigned) * ofResidual;
            if (toBytes != null) Int8Rounding.Store(value, low, high, toBytes + c);
            else Vector256.MaxNative(value, low).Store(toFloats + c);
        }

        for (; c < count; c++)
        {
            float value = (sums[c] * factors[c]) + shifts[c];
            if (summands != null) value += Int8Rounding.Load(summands[c], isResidualSigned) * residualFactor;
            if (toBytes != null) toBytes[c] = Int8Rounding.ToByte(value, lowest, highest);
            else toFloats[c] = value > lowest ? value : lowest;
        }
    }

    /// <summary>The same, 16 at a time.</summary>
    /// <returns>How many were stored.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Row16(int* sums, float* factors, float* shifts, byte* summands, byte* toBytes, float* toFloats, int count)
    {
        Vector512<float> low = Vector512.Create(lowest), high = Vector512.Create(highest), ofResidual = Vector512.Create(residualFactor);
        int c = 0;
        for (; c <= count - 16; c += 16)
        {
            Vector512<float> value = (Vector512.ConvertToSingle(Vector512.Load(sums + c)) * Vector512.Load(factors + c)) + Vector512.Load(shifts + c);
            if (summands != null) value += Int8Rounding.Load16(summands + c, isResidualSigned) * ofResidual;
            if (toBytes != null) Int8Rounding.Store16(value, low, high, toBytes + c);
            else Vector512.MaxNative(value, low).Store(toFloats + c);
        }

        return c;
    }
}
