namespace RawFuse.NeuralFuse.Faults;

/// <summary>Which memory cells a weight tensor lies in. Weights go in PyTorch's order: OIHW, or [out, in].</summary>
public enum SramMapping
{
    /// <summary>
    /// Tensors one behind the other, each from a fresh group of 16 bytes on. Cells are independent, and drawn for as large
    /// a memory as it takes.
    /// </summary>
    Physical,

    /// <summary>
    /// As the paper's reference implementation has it, its tiling quirk included: every tensor starts at row 0 of an
    /// <see cref="IbmFaultMap"/>, and weight i uses row floor(i / 256) mod 8192, byte i mod 16. A row serves 256 weights, so
    /// faults repeat 16 times.
    /// </summary>
    Ibm,

    /// <summary>The same map used once per byte: every tensor starts at row 0, and weight i uses byte i mod 131072.</summary>
    IbmUntiled,
}
