namespace RawFuse.NeuralFuse.Training;

/// <summary>Where a training stands.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="TotalSteps">Steps planned.</param>
/// <param name="Epoch">Epoch of the last step, from 0.</param>
/// <param name="Loss">Loss of the last step.</param>
public readonly record struct TrainingProgress(int Step, int TotalSteps, int Epoch, float Loss);
