namespace RawFuse.NeuralFuse.Energy;

/// <summary>Which operand a systolic array keeps in its cells while the other two stream through.</summary>
public enum Dataflow
{
    /// <summary>Each cell accumulates one output; ifmap and filters stream. The paper's choice.</summary>
    OutputStationary,

    /// <summary>Each cell holds one weight; ifmap streams in, partial sums stream out.</summary>
    WeightStationary,

    /// <summary>Each cell holds one ifmap element; filters stream in, partial sums stream out.</summary>
    InputStationary,
}
