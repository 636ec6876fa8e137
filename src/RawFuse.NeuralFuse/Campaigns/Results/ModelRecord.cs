namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>A trained model that a campaign keeps; it lies beside the model's file.</summary>
/// <param name="Id">Name of its setting, and of its file.</param>
/// <param name="Sha256">SHA-256 of the file.</param>
/// <param name="Version">RawFuse's, which trained it.</param>
/// <param name="Machine">What it was trained on.</param>
/// <param name="Seconds">How long that took.</param>
/// <param name="Base">Its setting, if it is a base model.</param>
/// <param name="Generator">Its setting, if it is a generator.</param>
public sealed record ModelRecord(
    string Id, string Sha256, string Version, MachineRecord Machine, double Seconds, BaseSetting? Base = null, GeneratorSetting? Generator = null);
