namespace RawFuse.Kernels;

/// <summary>128 bits per lane, bits 0 to 63 in <see cref="Low"/>.</summary>
internal readonly struct Bits128<TLanes>(TLanes low, TLanes high)
    where TLanes : unmanaged, ILanes<TLanes>
{
    public readonly TLanes Low = low;
    public readonly TLanes High = high;
}
