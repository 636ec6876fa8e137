using System.Numerics;

namespace RawFuse.NeuralFuse.Faults;

/// <summary>A map of an SRAM's stuck cells, drawn or measured: [rows, bytes per row], where column 8k + j is bit j of byte k of a row.</summary>
public sealed class FaultMap
{
    /// <summary>Bytes of the largest map, 32 MB.</summary>
    public const int MaximumBytes = 1 << 25;

    private readonly byte[] stuckAt0;
    private readonly byte[] stuckAt1;

    /// <summary>Copies a map.</summary>
    /// <param name="rows">Rows, at least 1.</param>
    /// <param name="stuckAt0">[rows, bytes per row] cells that always read 0.</param>
    /// <param name="stuckAt1">[rows, bytes per row] cells that always read 1.</param>
    /// <exception cref="ArgumentException">The sizes do not go together, the map is empty or too large, or a cell is stuck at 0 and at 1.</exception>
    public FaultMap(int rows, ReadOnlySpan<byte> stuckAt0, ReadOnlySpan<byte> stuckAt1)
    {
        if (stuckAt0.Length != stuckAt1.Length || rows < 1 || stuckAt0.Length < rows || stuckAt0.Length % rows != 0)
            throw new ArgumentException($"A fault map of {rows} rows cannot be made of {stuckAt0.Length} and {stuckAt1.Length} bytes.");
        if (stuckAt0.Length > MaximumBytes) throw new ArgumentException($"A fault map of {stuckAt0.Length} bytes; at most {MaximumBytes} are supported.");
        int rowBytes = stuckAt0.Length / rows;
        long faulty = 0;
        for (int i = 0; i < stuckAt0.Length; i++)
        {
            int both = stuckAt0[i] & stuckAt1[i];
            if (both != 0)
            {
                int column = (8 * (i % rowBytes)) + BitOperations.TrailingZeroCount(both);
                throw new ArgumentException($"Row {i / rowBytes}, column {column} is stuck at 0 and at 1.");
            }

            faulty += BitOperations.PopCount((uint)(stuckAt0[i] | stuckAt1[i]));
        }

        Rows = rows;
        this.stuckAt0 = stuckAt0.ToArray();
        this.stuckAt1 = stuckAt1.ToArray();
        FaultyShare = faulty / (8.0 * stuckAt0.Length);
    }

    /// <summary>Rows.</summary>
    public int Rows { get; }

    /// <summary>Bytes in a row.</summary>
    public int RowBytes => stuckAt0.Length / Rows;

    /// <summary>Cells that always read 0.</summary>
    public ReadOnlySpan<byte> StuckAt0 => stuckAt0;

    /// <summary>Cells that always read 1.</summary>
    public ReadOnlySpan<byte> StuckAt1 => stuckAt1;

    /// <summary>Share of the cells that are stuck, 0 to 1.</summary>
    public double FaultyShare { get; }
}
