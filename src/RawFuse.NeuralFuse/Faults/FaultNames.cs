using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Faults;

/// <summary>What the choices of a chip are called in files and on command lines.</summary>
public static class FaultNames
{
    /// <summary>Names of fault models, the paper's first.</summary>
    public static IReadOnlyList<(string Name, FaultModel Value)> Models { get; } = [("stuck-at", FaultModel.StuckAt), ("flip", FaultModel.Flip)];

    /// <summary>Names of mappings, the paper's first.</summary>
    public static IReadOnlyList<(string Name, SramMapping Value)> Mappings { get; } =
        [("ibm", SramMapping.Ibm), ("ibm-untiled", SramMapping.IbmUntiled), ("physical", SramMapping.Physical)];

    /// <summary>Names of what a weight of fewer than 8 bits lies in.</summary>
    public static IReadOnlyList<(string Name, WeightCells Value)> Cells { get; } =
        [("byte", WeightCells.Byte), ("low-bits", WeightCells.LowBits), ("packed", WeightCells.Packed)];

    /// <summary>The name of a value in one of these lists.</summary>
    /// <param name="names">The list.</param>
    /// <param name="value">One of its values.</param>
    public static string Of<T>(IReadOnlyList<(string Name, T Value)> names, T value)
        where T : struct, Enum => names.Single(one => EqualityComparer<T>.Default.Equals(one.Value, value)).Name;
}
