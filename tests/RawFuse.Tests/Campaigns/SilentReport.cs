using RawFuse.NeuralFuse.Campaigns;

namespace RawFuse.Tests.Campaigns;

/// <summary>Shows nothing, and keeps what it is told. Every stage takes a second.</summary>
internal sealed class SilentReport : ICampaignReport, IProgress<string>
{
    public List<string> Told { get; } = [];

    public IProgress<string> Notices => this;

    public (T Result, double Seconds) Stage<T>(string name, Func<IProgress<double>, T> work) => (work(new Progress<double>()), 1);

    public void Report(string value) => Told.Add(value);
}
