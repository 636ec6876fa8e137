namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>Whoever shows how far a campaign is.</summary>
public interface ICampaignReport
{
    /// <summary>Told in a sentence what a user should know.</summary>
    IProgress<string> Notices { get; }

    /// <summary>Runs a stage and shows how far it is, from 0 to 1.</summary>
    /// <returns>What the stage returned, and the seconds it took.</returns>
    (T Result, double Seconds) Stage<T>(string name, Func<IProgress<double>, T> work);
}
