using System.Globalization;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>A generator that a campaign trains.</summary>
/// <param name="Base">The base model it is trained for.</param>
/// <param name="Setting">What decides it.</param>
public sealed record GeneratorJob(BaseJob Base, GeneratorSetting Setting)
{
    /// <summary>Name of the setting.</summary>
    public string Id { get; } = SettingId.Of(Setting, CampaignJson.Default.GeneratorSetting);

    /// <summary>What tells it from others of the plan, in words.</summary>
    public string Description => string.Create(
        CultureInfo.InvariantCulture,
        $"{Setting.Generator} for {Base.Name}, error rate {100 * Setting.TrainBer:G4}%, lambda {Setting.Lambda}, {Setting.Chips} chips, seed {Setting.Seed}");
}
