using RawFuse.NeuralFuse.Evaluation;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>What was measured for a row.</summary>
/// <param name="Result">Accuracies, without and with the generator.</param>
/// <param name="CellBer">Share of cells that are faulty, mean of the chips.</param>
/// <param name="FlipRate">Share of bits that are read differently.</param>
/// <param name="Energy">What it saves.</param>
public sealed record RowMeasurement(EvaluationResult Result, double CellBer, double FlipRate, EnergyRecord Energy);
