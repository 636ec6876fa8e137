namespace RawFuse.NeuralFuse.Faults;

/// <summary>Where a weight tensor lies in a chip's SRAM.</summary>
/// <param name="Name">Name of the tensor.</param>
/// <param name="Weights">Its weights, a byte each.</param>
/// <param name="FirstGroup">Number of the group of 16 bytes it starts with.</param>
public sealed record SramPlace(string Name, int Weights, long FirstGroup);
