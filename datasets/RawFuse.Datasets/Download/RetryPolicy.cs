namespace RawFuse.Datasets.Download;

/// <summary>How patient a download is.</summary>
/// <param name="Attempts">Attempts in a row that may bring nothing new before it gives up.</param>
/// <param name="FirstDelay">Pause after the first of them; each further one is twice as long.</param>
/// <param name="Silence">How long a server may say nothing before the attempt has failed.</param>
public sealed record RetryPolicy(int Attempts, TimeSpan FirstDelay, TimeSpan Silence)
{
    /// <summary>Five attempts, 15 seconds of pauses in all, and half a minute of silence.</summary>
    public static RetryPolicy Standard { get; } = new(5, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

    /// <summary>The pause after so many failures in a row, 1 or more.</summary>
    internal TimeSpan DelayAfter(int failures) => FirstDelay * (1 << Math.Min(failures - 1, 10));
}
