namespace RawFuse.NeuralFuse.Training;

/// <summary>The network after the epoch that was judged best so far.</summary>
internal sealed class BestEpoch : IDisposable
{
    /// <summary>Makes room for a network's numbers.</summary>
    public BestEpoch(Network network) => Network = new Network(network.Definition, network.Device, seed: 0);

    /// <summary>Its numbers; meaningless before the first epoch.</summary>
    public Network Network { get; }

    /// <summary>Its percentage of right answers; negative before the first epoch.</summary>
    public double Score { get; private set; } = -1;

    /// <summary>Epochs since then.</summary>
    public int Waited { get; private set; }

    /// <summary>Epochs judged.</summary>
    public int Epochs { get; private set; }

    /// <summary>Takes a judgement into account. Of equally good epochs the first counts.</summary>
    public void Add(double score, Network candidate)
    {
        Epochs++;
        Waited++;
        if (score <= Score) return;
        (Score, Waited) = (score, 0);
        Network.CopyFrom(candidate);
    }

    /// <summary>Goes on where another training stood; <see cref="Network"/> is to be set besides.</summary>
    public void Resume(double score, int waited, int epochs) => (Score, Waited, Epochs) = (score, waited, epochs);

    public void Dispose() => Network.Dispose();
}
