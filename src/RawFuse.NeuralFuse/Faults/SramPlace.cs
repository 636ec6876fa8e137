namespace RawFuse.NeuralFuse.Faults;

/// <summary>Where a weight tensor lies in a chip's SRAM.</summary>
/// <param name="Name">Name of the tensor.</param>
/// <param name="Weights">Number of its weights.</param>
/// <param name="FirstGroup">Number of the group of 128 cells it starts with.</param>
/// <param name="Bits">Bits of a weight, 2 to 8.</param>
public sealed record SramPlace(string Name, int Weights, long FirstGroup, int Bits = 8);
