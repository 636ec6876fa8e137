namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>Everything that decides a base model: its file's content, or its training.</summary>
/// <param name="Architecture">Name of the base model.</param>
/// <param name="Sha256">SHA-256 of the file; null where it is trained.</param>
/// <param name="Dataset">What it is trained on; null for a file.</param>
/// <param name="Training">How it is trained; null for a file.</param>
public sealed record BaseSetting(string Architecture, string? Sha256 = null, string? Dataset = null, BaseTraining? Training = null);
