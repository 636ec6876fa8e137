using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;

namespace RawFuse.Tests.Faults;

/// <summary>What a memory does, cell by cell and by the definition.</summary>
/// <param name="keep">Per cell whether it keeps its bit.</param>
/// <param name="toggle">Per cell whether it toggles the bit after that.</param>
internal sealed class NaiveMemory(bool[] keep, bool[] toggle)
{
    public int Cells => keep.Length;

    public bool IsFaulty(int cell) => toggle[cell] || !keep[cell];

    public bool Read(int cell, bool stored) => (stored && keep[cell]) ^ toggle[cell];

    /// <summary>The first cells of a chip in the physical mapping, without regard to faulty rows and columns.</summary>
    public static NaiveMemory OfPhysical(Chip chip, int groups)
    {
        var drawn = new NaiveCells(chip.Seed);
        ulong threshold = (ulong)Math.Round(chip.BitErrorRate * Math.Pow(2, 32));
        bool[] keep = new bool[128 * groups], toggle = new bool[128 * groups];
        for (int cell = 0; cell < keep.Length; cell++)
        {
            ulong group = (ulong)cell / 128;
            bool isFaulty = drawn.IsFaulty(group, cell % 128, threshold), isFlipping = chip.Model == FaultModel.Flip;
            keep[cell] = !isFaulty || isFlipping;
            toggle[cell] = isFaulty && (isFlipping || drawn.IsStuckAt1(group, cell % 128));
        }

        return new NaiveMemory(keep, toggle);
    }

    /// <summary>A map of stuck cells, row after row.</summary>
    public static NaiveMemory OfMap(ReadOnlySpan<byte> stuckAt0, ReadOnlySpan<byte> stuckAt1)
    {
        bool[] toggle = Bits(stuckAt1);
        return new NaiveMemory([.. Bits(stuckAt0).Zip(toggle, (at0, at1) => !at0 && !at1)], toggle);
    }

    public static NaiveMemory OfReference(Chip chip)
    {
        FaultMap map = IbmFaultMap.Draw((uint)chip.Seed, chip.BitErrorRate);
        return OfMap(map.StuckAt0, map.StuckAt1);
    }

    /// <summary>A weight that was stored from a cell on.</summary>
    public sbyte ReadWeight(sbyte stored, int firstCell, int bits, WeightCells kind)
    {
        int value = stored, cells = kind == WeightCells.Byte ? 8 : bits;
        for (int j = 0; j < cells; j++)
        {
            bool bit = Read((firstCell + j) % Cells, (stored >> j & 1) != 0);
            value = (value & ~(1 << j)) | (bit ? 1 << j : 0);
        }

        if (kind != WeightCells.Packed) return (sbyte)value;
        int low = value & ((1 << bits) - 1);
        return (sbyte)(low >= 1 << (bits - 1) ? low - (1 << bits) : low);
    }

    /// <summary>The first cell of weight i, in the chip's mapping and with a map's row of so many cells.</summary>
    public static int FirstCell(SramMapping mapping, int i, int firstGroup, int cells, int rows, int columns)
    {
        if (mapping == SramMapping.Physical) return (128 * firstGroup) + (i * cells);
        int words = columns / cells;
        int row = mapping == SramMapping.Ibm ? i / (words * words) : i / words;
        return (row % rows * columns) + (i % words * cells);
    }

    private static bool[] Bits(ReadOnlySpan<byte> bytes)
    {
        var bits = new bool[8 * bytes.Length];
        for (int i = 0; i < bits.Length; i++) bits[i] = (bytes[i / 8] >> (i % 8) & 1) != 0;
        return bits;
    }
}
