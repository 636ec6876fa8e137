namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>A line of a campaign's results: one generator before one base model at one bit error rate.</summary>
/// <param name="Generator">The generator.</param>
/// <param name="Target">The base model behind it.</param>
/// <param name="Setting">What decides the result.</param>
public sealed record CampaignRow(GeneratorJob Generator, BaseJob Target, RowSetting Setting)
{
    /// <summary>Name of the setting.</summary>
    public string Id { get; } = SettingId.Of(Setting, CampaignJson.Default.RowSetting);
}
