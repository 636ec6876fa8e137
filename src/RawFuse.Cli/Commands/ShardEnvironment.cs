using System.Globalization;
using RawFuse.NeuralFuse.Campaigns;

namespace RawFuse.Cli.Commands;

/// <summary>What schedulers of clusters say of a task in its environment: an array job of Slurm, or an indexed Job of Kubernetes.</summary>
/// <param name="variable">Environment variables by name.</param>
internal sealed class ShardEnvironment(Func<string, string?> variable)
{
    private const string SlurmTask = "SLURM_ARRAY_TASK_ID", SlurmCount = "SLURM_ARRAY_TASK_COUNT", SlurmFirst = "SLURM_ARRAY_TASK_MIN";
    private const string SlurmLast = "SLURM_ARRAY_TASK_MAX", SlurmStep = "SLURM_ARRAY_TASK_STEP";
    private const string KubernetesTask = "JOB_COMPLETION_INDEX", KubernetesCount = "JOB_COMPLETIONS";

    /// <summary>The shard of this task; null where this is no such task.</summary>
    /// <param name="variable">Environment variables by name.</param>
    /// <param name="count">Number of shards that the user named; then tasks are numbered from 0.</param>
    /// <param name="countName">How users name it, for messages.</param>
    /// <exception cref="ArgumentException">The variables do not say which shard it is.</exception>
    public static Shard? Find(Func<string, string?> variable, int? count, string countName)
    {
        var environment = new ShardEnvironment(variable);
        if (environment.Number(SlurmTask) is { } task) return count is { } named ? Numbered(SlurmTask, task, named) : environment.Slurm(task);
        if (environment.Number(KubernetesTask) is { } index)
        {
            return Numbered(KubernetesTask, index, count ?? environment.Number(KubernetesCount) ?? throw new ArgumentException(
                $"{KubernetesTask} says which shard this is, and nothing how many there are (Kubernetes does not tell): give '{countName} n', or set {KubernetesCount}."));
        }

        return count is null ? null : throw new ArgumentException($"Option '{countName}' needs {SlurmTask} or {KubernetesTask}, which say which one this is; or use '--shard i/n'.");
    }

    private Shard Slurm(int task)
    {
        int tasks = Number(SlurmCount) ?? throw new ArgumentException($"{SlurmTask} is set and {SlurmCount} is not: name the shard with '--shard i/n'.");
        int first = Number(SlurmFirst) ?? 0, step = Math.Max(Number(SlurmStep) ?? 1, 1), last = Number(SlurmLast) ?? (first + ((tasks - 1) * step));

        // An array of single numbers, such as 1,4,9, does not say which of its tasks this one is.
        return task >= first && (task - first) % step == 0 && last == first + ((tasks - 1) * step)
            ? Numbered(SlurmTask, (task - first) / step, tasks)
            : throw new ArgumentException($"Task {task} is one of {tasks} from {first} to {last} that are not numbered evenly: name the shard with '--shard i/n'.");
    }

    private static Shard Numbered(string name, int index, int count) => index < count && count > 0
        ? new Shard(index, count)
        : throw new ArgumentException($"{name} makes this shard {index}, from 0, of {count}; expected less than {count}: name the shard with '--shard i/n'.");

    private int? Number(string name)
    {
        if (variable(name) is not { Length: > 0 } text) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value <= Shard.Most
            ? value
            : throw new ArgumentException($"{name} is '{text}'; expected a whole number from 0 to {Shard.Most}.");
    }
}
