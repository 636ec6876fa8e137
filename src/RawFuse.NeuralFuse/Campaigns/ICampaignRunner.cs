namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>The work of a campaign: everything that computes. Equal settings give equal files and measurements.</summary>
public interface ICampaignRunner
{
    /// <summary>What it computes on, for the results.</summary>
    MachineRecord Machine { get; }

    /// <summary>Trains a base model.</summary>
    /// <param name="setting">What decides it.</param>
    /// <param name="path">File to write.</param>
    /// <param name="checkpoints">Folder for the state of the training, from which one that was interrupted goes on.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="notices">Told what a user should know.</param>
    /// <param name="cancellationToken">Stops; then no file is written.</param>
    void TrainBase(
        BaseSetting setting, string path, string checkpoints, IProgress<double> progress, IProgress<string> notices, CancellationToken cancellationToken);

    /// <summary>Trains a generator for a base model.</summary>
    /// <param name="setting">What decides it.</param>
    /// <param name="basePath">File of the base model.</param>
    /// <param name="path">File to write.</param>
    /// <param name="checkpoints">Folder for the state of the training, from which one that was interrupted goes on.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="notices">Told what a user should know.</param>
    /// <param name="cancellationToken">Stops; then no file is written.</param>
    void TrainGenerator(
        GeneratorSetting setting, string basePath, string path, string checkpoints, IProgress<double> progress, IProgress<string> notices,
        CancellationToken cancellationToken);

    /// <summary>Measures a row.</summary>
    /// <param name="setting">What decides it.</param>
    /// <param name="targetPath">File of the base model.</param>
    /// <param name="generatorPath">File of the generator.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="cancellationToken">Stops.</param>
    RowMeasurement Evaluate(RowSetting setting, string targetPath, string generatorPath, IProgress<double> progress, CancellationToken cancellationToken);
}
