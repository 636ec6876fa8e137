using System.Runtime.InteropServices;

namespace RawFuse.Kernels;

/// <summary>The 16 bytes of a group: a view of them is read and written whole.</summary>
[StructLayout(LayoutKind.Sequential, Size = FaultCells.GroupBytes)]
internal struct Word128(ulong low, ulong high)
{
    public ulong Low = low;
    public ulong High = high;
}
