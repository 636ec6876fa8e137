using System.Globalization;
using RawFuse.Serialization;

namespace RawFuse.NeuralFuse.Training.Checkpoints;

/// <summary>The latest checkpoints of one training. While it is open no other process can open it.</summary>
internal sealed class CheckpointFolder : IDisposable
{
    private const string Prefix = "step-", Suffix = ".safetensors";

    private readonly CheckpointOptions options;
    private readonly FileStream ownership;

    /// <summary>Opens a folder, and makes it if there is none.</summary>
    /// <exception cref="ArgumentException">The folder holds checkpoints, and the options do not say that training goes on from them.</exception>
    /// <exception cref="IOException">The folder cannot be made or written, or another training uses it.</exception>
    public CheckpointFolder(CheckpointOptions options)
    {
        this.options = options;
        ownership = Own(options.Folder);
        try
        {
            if (!options.Resume && Files.FirstOrDefault() is { } file)
                throw new ArgumentException($"'{file}' is a checkpoint of an earlier training: resume it, or choose another folder.");
            AtomicFile.RemoveAbandoned(options.Folder);
        }
        catch
        {
            ownership.Dispose();
            throw;
        }
    }

    /// <summary>Steps of the latest checkpoint that was written or read; -1 for none.</summary>
    public int LatestStep { get; private set; } = -1;

    /// <summary>Files of checkpoints, the latest first.</summary>
    private IEnumerable<string> Files => Directory.EnumerateFiles(options.Folder, $"{Prefix}*{Suffix}").OrderDescending(StringComparer.Ordinal);

    /// <summary>Makes a state that of the latest whole checkpoint, if the options say so and there is one.</summary>
    /// <param name="state">What is set.</param>
    /// <param name="settings">What the checkpoint must go with.</param>
    /// <param name="notices">Told of damaged files; null for nobody.</param>
    /// <exception cref="FileFormatException">There are checkpoints, and all are damaged.</exception>
    /// <exception cref="ArgumentException">A checkpoint belongs to another training.</exception>
    public void Restore(TrainingState state, IReadOnlyCollection<KeyValuePair<string, string>> settings, IProgress<string>? notices)
    {
        FileFormatException? damage = null;
        foreach (string file in Files)
        {
            try
            {
                Checkpoint.Load(file, state, settings);
                LatestStep = state.Method.Optimizer.Steps;
                notices?.Report($"training goes on from {file}");
                return;
            }
            catch (FileFormatException exception)
            {
                damage ??= exception;
                notices?.Report($"{exception.Message}; the checkpoint before it is used");
            }
        }

        if (damage is not null) throw damage;
    }

    /// <summary>Writes a checkpoint, then lets go of those that are too many.</summary>
    /// <exception cref="IOException">It cannot be written; those there were are kept.</exception>
    public void Save(TrainingState state, IEnumerable<KeyValuePair<string, string>> settings)
    {
        int step = state.Method.Optimizer.Steps;
        string file = Path.Combine(options.Folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step:D9}{Suffix}"));
        try
        {
            Checkpoint.Save(state, settings, file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            string kept = LatestStep < 0 ? "there is none before it" : $"that of step {LatestStep} is kept";
            throw new IOException($"Checkpoint of step {step}: {exception.Message} ({kept})", exception);
        }

        LatestStep = step;
        foreach (string old in Files.Skip(options.Keep).ToArray()) File.Delete(old);
    }

    /// <summary>Lets others open the folder.</summary>
    public void Dispose() => ownership.Dispose();

    /// <summary>Locks a file in the folder. The system takes the lock back when the process ends, however it ends.</summary>
    private static FileStream Own(string folder)
    {
        if (File.Exists(folder)) throw new ArgumentException($"'{folder}' is a file; expected a folder for checkpoints.");
        try
        {
            Directory.CreateDirectory(folder);
            return new FileStream(Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"Checkpoints cannot be written to '{folder}': {exception.Message}", exception);
        }
        catch (IOException exception)
        {
            throw new IOException($"Checkpoints cannot be written to '{folder}' (does another training use it?): {exception.Message}", exception);
        }
    }
}
