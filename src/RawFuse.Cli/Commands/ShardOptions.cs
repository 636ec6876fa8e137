using System.CommandLine;
using RawFuse.NeuralFuse.Campaigns;

namespace RawFuse.Cli.Commands;

/// <summary>Which part of a campaign to run: as the command line says, or the cluster's scheduler.</summary>
internal sealed class ShardOptions
{
    private const string CountName = "--shards";

    private readonly Option<Shard?> shard = new("--shard")
    {
        Description = "Run part i of n, i from 0 (else as SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX say, else all).",
        HelpName = "i/n",
        CustomParser = result =>
        {
            string text = result.Tokens.Single().Value;
            Shard? value = Shard.Parse(text);
            if (value is null) result.AddError($"Option '--shard' is '{text}'; expected i/n with i from 0 to n - 1, such as 0/8.");
            return value;
        },
    };

    private readonly Option<int?> count = CommonOptions.Optional(
        CountName, "Number of parts, where the scheduler numbers tasks from 0 and the count is not in its environment, as in an indexed Job of Kubernetes.", 1, Shard.Most);

    /// <summary>Makes the options part of a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(shard);
        command.Options.Add(count);
    }

    /// <summary>The part to run.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="variable">Environment variables by name.</param>
    /// <exception cref="ArgumentException">Options or variables contradict each other, or do not say enough.</exception>
    public Shard ValueIn(ParseResult parsed, Func<string, string?> variable)
    {
        if (parsed.GetValue(shard) is not { } said) return ShardEnvironment.Find(variable, parsed.GetValue(count), CountName) ?? Shard.Whole;
        return count.IsGivenIn(parsed) ? throw new ArgumentException($"Option '{CountName}' does not go with '--shard', which says how many there are.") : said;
    }
}
