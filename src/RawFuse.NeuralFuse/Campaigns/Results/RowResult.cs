using RawFuse.NeuralFuse.Evaluation;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>A line of a results file: what was measured for a row, and everything needed to do it again. Accuracies and energy in percent.</summary>
/// <param name="Id">Name of the setting.</param>
/// <param name="Source">What the plan calls the base model that the generator was trained for.</param>
/// <param name="Target">What it calls the base model that was evaluated.</param>
/// <param name="Setting">What decides the result.</param>
/// <param name="CleanAccuracy">Of the base model alone (CA).</param>
/// <param name="PerturbedAccuracy">Of the base model alone, on chips (PA).</param>
/// <param name="WithFuse">The same behind the generator.</param>
/// <param name="Recovery">Mean perturbed accuracy won back (RP).</param>
/// <param name="RecoveryPerChip">The same on each chip.</param>
/// <param name="Chips">Seeds of the chips.</param>
/// <param name="Images">Number of test images.</param>
/// <param name="CellBer">Share of cells that are faulty, from 0 to 1.</param>
/// <param name="FlipRate">Share of bits that are read differently, from 0 to 1.</param>
/// <param name="Energy">What it saves.</param>
/// <param name="Sha256">Of the models' files.</param>
/// <param name="Seconds">What took how long.</param>
/// <param name="Machine">What the row was evaluated on.</param>
/// <param name="Version">RawFuse's.</param>
public sealed record RowResult(
    string Id, string Source, string Target, RowSetting Setting, double CleanAccuracy, PerturbedJson PerturbedAccuracy, AccuracyJson WithFuse, double Recovery,
    PerturbedJson RecoveryPerChip, IReadOnlyList<ulong> Chips, int Images, double CellBer, double FlipRate, EnergyRecord Energy, FileHashes Sha256, StageSeconds Seconds,
    MachineRecord Machine, string Version);

/// <summary>SHA-256 of a row's model files.</summary>
/// <param name="Source">The base model that the generator was trained for.</param>
/// <param name="Generator">The generator.</param>
/// <param name="Target">The base model that was evaluated.</param>
public sealed record FileHashes(string Source, string Generator, string Target);

/// <summary>Seconds that a row's stages took, whichever row they were done for; null for base models from files.</summary>
/// <param name="TrainGenerator">Training of the generator.</param>
/// <param name="Evaluate">Evaluation.</param>
/// <param name="TrainSource">Training of the base model that the generator was trained for.</param>
/// <param name="TrainTarget">Training of the base model that was evaluated.</param>
public sealed record StageSeconds(double TrainGenerator, double Evaluate, double? TrainSource = null, double? TrainTarget = null);
