using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>Weights that are fields of a map of bits.</summary>
internal static unsafe class FaultFields
{
    /// <summary>Lists a weight if it has faulty cells.</summary>
    /// <param name="list">The list.</param>
    /// <param name="entries">Entries in it.</param>
    /// <param name="position">The weight's position.</param>
    /// <param name="exposed">Its bits that can be faulty.</param>
    /// <param name="keep">Bits that cells keep. One more byte than the cells have must be readable.</param>
    /// <param name="toggle">Bits that cells toggle, likewise.</param>
    /// <param name="bit">Number of the weight's first cell.</param>
    /// <returns>Entries in the list now.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Append(FaultList list, int entries, int position, byte exposed, byte* keep, byte* toggle, long bit)
    {
        int loss = ~Field(keep, bit) & exposed, toggles = Field(toggle, bit) & exposed;
        list.Set(entries, position, loss, toggles);
        return entries + ((loss | toggles) != 0 ? 1 : 0);
    }

    private static int Field(byte* map, long bit) => (map[bit >> 3] | (map[(bit >> 3) + 1] << 8)) >> (int)(bit & 7);
}
