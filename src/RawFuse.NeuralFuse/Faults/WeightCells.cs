namespace RawFuse.NeuralFuse.Faults;

/// <summary>Which memory cells a weight of b bits has. With 8 bits all three are the same.</summary>
public enum WeightCells
{
    /// <summary>A byte: 8 cells, which hold the sign-extended value. Faults can make any byte of it.</summary>
    Byte,

    /// <summary>
    /// The lowest b bits of a byte; those above are always read as stored, copies of the sound sign. So faulty weights of 4 bits go
    /// from -16 to 15. As the paper's reference implementation has it.
    /// </summary>
    LowBits,

    /// <summary>b cells. What is read is extended from their highest bit, so that a faulty weight stays in the range of b bits.</summary>
    Packed,
}
