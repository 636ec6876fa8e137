using RawFuse.NeuralFuse.Campaigns;

namespace RawFuse.Tests.Campaigns;

public sealed class ShardTests
{
    [Theory]
    [InlineData("0/1", 0, 1)]
    [InlineData("7/8", 7, 8)]
    public void TheFormIsRead(string text, int index, int count) => Assert.Equal(new Shard(index, count), Shard.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("8/8")]
    [InlineData("-1/8")]
    [InlineData("0/0")]
    [InlineData("1/2/3")]
    [InlineData("a/b")]
    [InlineData("0/1000001")]
    public void AnythingElseIsNot(string text) => Assert.Null(Shard.Parse(text));

    /// <summary>Every row is in exactly one shard, in its order, and every generator too.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void ShardsPartitionTheRows(int count)
    {
        IReadOnlyList<CampaignRow> rows = CampaignExpansion.Rows(Plans.Read(Plans.Small));
        IReadOnlyList<CampaignRow>[] shards = [.. Enumerable.Range(0, count).Select(i => new Shard(i, count).Of(rows))];
        Assert.Equal(rows.Count, shards.Sum(shard => shard.Count));
        Assert.Equal(rows.Select(row => row.Id).Order(), shards.SelectMany(shard => shard).Select(row => row.Id).Order());
        foreach (IReadOnlyList<CampaignRow> shard in shards) Assert.Equal(shard.Select(row => row.Id), rows.Where(shard.Contains).Select(row => row.Id));
        string[] trained = [.. shards.SelectMany(CampaignExpansion.GeneratorsToTrain).Select(job => job.Id)];
        Assert.Equal(trained.Distinct(), trained);
        Assert.InRange(shards.Max(shard => CampaignExpansion.GeneratorsToTrain(shard).Count) - shards.Min(shard => CampaignExpansion.GeneratorsToTrain(shard).Count), 0, 1);
    }
}
