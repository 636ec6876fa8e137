namespace RawFuse.NeuralFuse.Energy;

/// <summary>A rows x columns grid of multiply-accumulate cells, fed from the left and the top.</summary>
public sealed record SystolicArray
{
    /// <summary>Describes an array of <paramref name="rows"/> x <paramref name="columns"/> cells.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public SystolicArray(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        Rows = rows;
        Columns = columns;
    }

    /// <summary>The paper's array, 32 x 32.</summary>
    public static SystolicArray Paper { get; } = new(32, 32);

    /// <summary>Rows Ar.</summary>
    public int Rows { get; }

    /// <summary>Columns Ac.</summary>
    public int Columns { get; }

    /// <summary>
    /// Counts the SRAM accesses and cycles of one inference of <paramref name="layer"/> in closed form. Equal to the traces of the SCALE-SIM v2
    /// simulator (A. Samajdar et al., "A systematic methodology for characterizing scalability of DNN accelerators using SCALE-Sim", ISPASS 2020)
    /// for arrays that never wait for memory.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dataflow"/> is not a defined value.</exception>
    /// <exception cref="OverflowException">A count exceeds 64 bits; the message names the layer.</exception>
    public AccessCounts Count(ArrayLayer layer, Dataflow dataflow)
    {
        ArgumentNullException.ThrowIfNull(layer);
        try
        {
            return CountChecked(layer, dataflow);
        }
        catch (OverflowException e)
        {
            throw new OverflowException($"Layer '{layer.Name}' is too large: its access counts exceed 64 bits.", e);
        }
    }

    private AccessCounts CountChecked(ArrayLayer layer, Dataflow dataflow)
    {
        checked
        {
            long m = layer.OfmapPixels, k = layer.FilterSize, n = layer.Filters;
            long macs = m * k * n;

            // The two operand dimensions laid over the array are cut into folds of its size; the third one streams past. A fold streams that
            // dimension, skewed by one cycle per row and column; the stationary operands of WS and IS first take one cycle per row to load.
            // Whatever streams over a cut dimension is read once per fold of the other one, and partial sums leave once per row fold.
            switch (dataflow)
            {
                case Dataflow.OutputStationary:
                {
                    long rowFolds = Folds(m, Rows), columnFolds = Folds(n, Columns);
                    long cycles = rowFolds * columnFolds * (k + Rows + Columns - 2);
                    return new(FilterReads: rowFolds * k * n, IfmapReads: columnFolds * m * k, OfmapWrites: m * n, cycles, macs);
                }

                case Dataflow.WeightStationary:
                {
                    long rowFolds = Folds(k, Rows), columnFolds = Folds(n, Columns);
                    long cycles = rowFolds * columnFolds * (2L * Rows + Columns + m - 2);
                    return new(FilterReads: k * n, IfmapReads: columnFolds * m * k, OfmapWrites: rowFolds * m * n, cycles, macs);
                }

                case Dataflow.InputStationary:
                {
                    long rowFolds = Folds(k, Rows), columnFolds = Folds(m, Columns);
                    long cycles = rowFolds * columnFolds * (2L * Rows + Columns + n - 2);
                    return new(FilterReads: columnFolds * k * n, IfmapReads: m * k, OfmapWrites: rowFolds * m * n, cycles, macs);
                }

                default:
                    throw new ArgumentOutOfRangeException(nameof(dataflow), dataflow, "Unknown dataflow.");
            }
        }
    }

    private static long Folds(long size, int cells) => (size - 1) / cells + 1;
}
