using System.Text.Json;
using RawFuse.Serialization;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>
/// Where a campaign keeps what it has: <c>plan.json</c>, a copy of the plan; <c>models/ID.safetensors</c>, trained models by the names of their settings, each with its
/// record in <c>ID.json</c>; <c>checkpoints/</c>, the state of trainings that are not done; and <c>results.jsonl</c>, or <c>results-I-of-N.jsonl</c> for a shard. Shards may share a folder.
/// </summary>
/// <param name="path">The folder.</param>
public sealed class CampaignFolder(string path)
{
    private const string Results = "results", ResultsEnd = ".jsonl";

    private readonly string models = System.IO.Path.Combine(path, "models");

    /// <summary>The folder, as it was named.</summary>
    public string Path => path;

    /// <summary>Makes the folder and puts the plan into it.</summary>
    /// <param name="plan">File of the plan.</param>
    /// <exception cref="ArgumentException">The folder cannot be made.</exception>
    public void Create(string plan)
    {
        try
        {
            Directory.CreateDirectory(models);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"'{path}' cannot be made: {exception.Message}");
        }

        AtomicFile.WriteAllText(System.IO.Path.Combine(path, "plan.json"), File.ReadAllText(plan));
    }

    /// <summary>The results file of a shard.</summary>
    public string ResultsOf(Shard shard) =>
        System.IO.Path.Combine(path, shard.IsWhole ? $"{Results}{ResultsEnd}" : $"{Results}-{shard.Index}-of-{shard.Count}{ResultsEnd}");

    /// <summary>Names of the rows in the folder's results files, whichever shard wrote them.</summary>
    /// <param name="notices">Told of a line that is left out.</param>
    /// <exception cref="FileFormatException">A results file is damaged.</exception>
    public IReadOnlySet<string> DoneRows(IProgress<string> notices) => Directory.Exists(path)
        ? Directory.EnumerateFiles(path, $"{Results}*{ResultsEnd}").SelectMany(file => ResultsFile.Read(file, notices)).Select(row => row.Id).ToHashSet()
        : new HashSet<string>();

    /// <summary>The file of a trained model.</summary>
    /// <param name="id">Name of its setting.</param>
    public string ModelPath(string id) => System.IO.Path.Combine(models, $"{id}.safetensors");

    /// <summary>The folder for the state of a training. Shards that share this folder and train the same model do so apart from each other.</summary>
    /// <param name="id">Name of the model's setting.</param>
    /// <param name="shard">Who trains it.</param>
    public string CheckpointsOf(string id, Shard shard) => System.IO.Path.Combine(path, "checkpoints", $"{id}-{shard.Index}-of-{shard.Count}");

    /// <summary>A model that was trained; null where there is none yet.</summary>
    /// <param name="id">Name of its setting.</param>
    /// <exception cref="FileFormatException">The model's file or its record is damaged.</exception>
    public ModelRecord? FindModel(string id)
    {
        string record = RecordPath(id), model = ModelPath(id);
        if (!File.Exists(record)) return null;
        ModelRecord? found;
        try
        {
            found = JsonSerializer.Deserialize(File.ReadAllBytes(record), CampaignJson.Default.ModelRecord);
        }
        catch (JsonException exception)
        {
            throw new FileFormatException(record, $"is no record of a model: {exception.Message}");
        }

        if (found is not null && File.Exists(model) && SettingId.OfFile(model) == found.Sha256) return found;
        throw new FileFormatException(model, $"is not the file that was trained; delete {record} to train it again");
    }

    /// <summary>Remembers that a model is trained: last, so that what was killed before is trained again. Its checkpoints are not needed any more.</summary>
    /// <param name="record">What was trained.</param>
    /// <param name="shard">Who trained it.</param>
    public void KeepModel(ModelRecord record, Shard shard)
    {
        AtomicFile.WriteAllText(RecordPath(record.Id), JsonSerializer.Serialize(record, CampaignJson.Default.ModelRecord) + "\n");
        string checkpoints = CheckpointsOf(record.Id, shard);
        if (Directory.Exists(checkpoints)) Directory.Delete(checkpoints, recursive: true);
    }

    private string RecordPath(string id) => System.IO.Path.Combine(models, $"{id}.json");
}
