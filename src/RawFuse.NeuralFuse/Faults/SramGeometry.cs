using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Faults;

/// <summary>The size of an SRAM. Addresses run along a row, then over the rows of a bank, then over banks, and start again after the last.</summary>
public sealed record SramGeometry
{
    /// <summary>Describes an SRAM.</summary>
    /// <param name="banks">Banks, at least 1.</param>
    /// <param name="rows">Rows in a bank, at least 1.</param>
    /// <param name="columns">Cells in a row, a positive multiple of 128.</param>
    /// <exception cref="ArgumentException">
    /// A value is out of its range, or the memory has more than <see cref="FaultCells.MaximumGroups"/> groups of 16 bytes.
    /// </exception>
    public SramGeometry(int banks, int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(banks, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        if (columns < ColumnStep || columns % ColumnStep != 0)
            throw new ArgumentOutOfRangeException(nameof(columns), columns, $"The columns of an SRAM are a positive multiple of {ColumnStep}.");
        if ((Int128)banks * rows * (columns / ColumnStep) > FaultCells.MaximumGroups)
            throw new ArgumentException($"An SRAM of {banks} banks of {rows} x {columns} cells; at most 2^69 cells are supported.");
        Banks = banks;
        Rows = rows;
        Columns = columns;
    }

    /// <summary>Banks.</summary>
    public int Banks { get; }

    /// <summary>Rows in a bank.</summary>
    public int Rows { get; }

    /// <summary>Cells in a row.</summary>
    public int Columns { get; }

    /// <summary>Groups of 16 bytes in the whole memory.</summary>
    public long Groups => (long)Banks * Rows * RowGroups;

    /// <summary>Groups in a row.</summary>
    internal int RowGroups => Columns / ColumnStep;

    /// <summary>Columns come in multiples of this: cells are handled in groups of 16 bytes.</summary>
    public static int ColumnStep => 8 * FaultCells.GroupBytes;
}
