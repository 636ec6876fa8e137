using RawFuse.Cli.Commands;
using RawFuse.NeuralFuse.Campaigns;

namespace RawFuse.Tests.Cli;

/// <summary>Which shard a task of a cluster is, by its environment, written as NAME=value between blanks.</summary>
public sealed class ShardEnvironmentTests
{
    [Theory]
    [InlineData("", null, null)]
    [InlineData("SLURM_ARRAY_TASK_ID=0 SLURM_ARRAY_TASK_COUNT=8 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=7", null, "0/8")]
    [InlineData("SLURM_ARRAY_TASK_ID=8 SLURM_ARRAY_TASK_COUNT=8 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=8", null, "7/8")]
    [InlineData("SLURM_ARRAY_TASK_ID=6 SLURM_ARRAY_TASK_COUNT=4 SLURM_ARRAY_TASK_MIN=2 SLURM_ARRAY_TASK_MAX=8 SLURM_ARRAY_TASK_STEP=2", null, "2/4")]
    [InlineData("SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_COUNT=4", null, "3/4")]
    [InlineData("SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_COUNT=1 SLURM_ARRAY_TASK_MIN=3 SLURM_ARRAY_TASK_MAX=3", 8, "3/8")] // one task of eight once more
    [InlineData("JOB_COMPLETION_INDEX=2", 5, "2/5")]
    [InlineData("JOB_COMPLETION_INDEX=2 JOB_COMPLETIONS=4", null, "2/4")]
    [InlineData("JOB_COMPLETION_INDEX=2 JOB_COMPLETIONS=4", 5, "2/5")]
    public void TheShardIsFound(string environment, int? count, string? expected) =>
        Assert.Equal(expected is null ? null : Shard.Parse(expected), Find(environment, count));

    [Theory]
    [InlineData("JOB_COMPLETION_INDEX=2", null, "nothing how many there are (Kubernetes does not tell): give '--shards n', or set JOB_COMPLETIONS")]
    [InlineData("JOB_COMPLETION_INDEX=5", 5, "JOB_COMPLETION_INDEX makes this shard 5, from 0, of 5")]
    [InlineData("JOB_COMPLETION_INDEX=x", 5, "JOB_COMPLETION_INDEX is 'x'; expected a whole number")]
    [InlineData("SLURM_ARRAY_TASK_ID=3", null, "SLURM_ARRAY_TASK_COUNT is not")]
    [InlineData("SLURM_ARRAY_TASK_ID=4 SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=9", null, "Task 4 is one of 3 from 1 to 9 that are not numbered evenly")]
    [InlineData("SLURM_ARRAY_TASK_ID=8", 8, "SLURM_ARRAY_TASK_ID makes this shard 8, from 0, of 8")]
    [InlineData("", 8, "'--shards' needs SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX")]
    public void WhatDoesNotSayEnoughIsRefused(string environment, int? count, string expected) =>
        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => Find(environment, count)).Message);

    private static Shard? Find(string environment, int? count)
    {
        Dictionary<string, string> variables = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split('=')).ToDictionary(one => one[0], one => one[1]);
        return ShardEnvironment.Find(name => variables.GetValueOrDefault(name), count, "--shards");
    }
}
