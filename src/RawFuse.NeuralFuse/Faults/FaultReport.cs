namespace RawFuse.NeuralFuse.Faults;

/// <summary>What a chip does to one weight tensor.</summary>
/// <param name="Name">Name of the tensor.</param>
/// <param name="Weights">Its weights, a byte each.</param>
/// <param name="CellsFaulty">Faulty cells among the 8 of every weight.</param>
/// <param name="BitsChanged">Bits that are read differently from how they were stored. A stuck cell whose stored bit agrees changes nothing.</param>
/// <param name="WeightsChanged">Weights with at least one such bit.</param>
public sealed record FaultReport(string Name, int Weights, long CellsFaulty, long BitsChanged, long WeightsChanged);
