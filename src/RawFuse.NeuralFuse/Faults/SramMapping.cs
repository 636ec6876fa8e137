namespace RawFuse.NeuralFuse.Faults;

/// <summary>Which memory cells a weight tensor lies in. Weights go in PyTorch's order: OIHW, or [out, in].</summary>
public enum SramMapping
{
    /// <summary>
    /// Tensors one behind the other, each from a fresh group of 128 cells on, its weights back to back. Cells are independent,
    /// and drawn for as large a memory as it takes.
    /// </summary>
    Physical,

    /// <summary>
    /// As the paper's reference implementation has it, its tiling quirk included: every tensor starts at row 0 of an
    /// <see cref="IbmFaultMap"/>, whose rows hold w = floor(128 / b) weights of b cells. Weight i uses row floor(i / w^2) mod 8192 and
    /// in it weight i mod w. With 8 cells a row serves 256 weights, so faults repeat 16 times.
    /// </summary>
    Ibm,

    /// <summary>The same map used once per weight: every tensor starts at row 0, and weight i uses the map's weight i mod (8192 w).</summary>
    IbmUntiled,
}
