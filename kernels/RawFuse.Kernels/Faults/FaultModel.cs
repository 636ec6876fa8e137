namespace RawFuse.Kernels;

/// <summary>What a faulty memory cell does to the bit stored in it.</summary>
public enum FaultModel
{
    /// <summary>The cell always reads 0 or always reads 1, half of the cells each: the fault shows only where the stored bit differs.</summary>
    StuckAt,

    /// <summary>The cell always reads the opposite of what was stored.</summary>
    Flip,
}
