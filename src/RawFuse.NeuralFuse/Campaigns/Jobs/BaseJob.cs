namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>A base model of a campaign: to be trained, or a file.</summary>
/// <param name="Name">What the plan calls it.</param>
/// <param name="Setting">What decides it.</param>
/// <param name="File">Its file; null where it is trained.</param>
public sealed record BaseJob(string Name, BaseSetting Setting, string? File)
{
    /// <summary>Name of the setting.</summary>
    public string Id { get; } = SettingId.Of(Setting, CampaignJson.Default.BaseSetting);
}
