using RawFuse.NeuralFuse.Campaigns;

namespace RawFuse.Tests.Campaigns;

public sealed class CampaignExpansionTests
{
    /// <summary>Order and names are a contract: results that exist are found again by them. Who changes what a setting means changes SettingId's format.</summary>
    [Fact]
    public void OrderAndNamesArePinned()
    {
        IReadOnlyList<CampaignRow> rows = CampaignExpansion.Rows(Plans.Read(Plans.Small));
        Assert.Equal(
            [
                "cd095df341e8702d vgg6 ConvS 1 vgg6 8 0.01",
                "edcd4185d24f5f93 vgg6 ConvS 1 vgg6 8 0.005",
                "8cf9352d37a7e201 vgg6 ConvS 1 eleven 8 0.01",
                "a988570f9150bcdb vgg6 ConvS 1 eleven 8 0.005",
                "7c928dcf7f7f9949 vgg6 UIP 1 vgg6 8 0.01",
                "ccffae21990e1889 vgg6 UIP 1 vgg6 8 0.005",
                "ba94aa0e4cffaed2 vgg6 UIP 1 eleven 8 0.01",
                "2bc407b85759d67e vgg6 UIP 1 eleven 8 0.005",
                "0d870e5f67016934 eleven ConvS 1 eleven 8 0.01",
                "544c23da4cd5a0da eleven ConvS 1 eleven 8 0.005",
                "5b231e80e01e63ad eleven UIP 1 eleven 8 0.01",
                "60cc21856d42371c eleven UIP 1 eleven 8 0.005",
                "21cce04a3775d7ae vgg6 ConvS 1 vgg6 4 0.01",
                "e9fb3bcff7b94eb9 vgg6 ConvS 2 vgg6 8 0.01",
                "c7f84154407ff2cc vgg6 ConvS 2 vgg6 4 0.01",
            ],
            rows.Select(row => FormattableString.Invariant(
                $"{row.Id} {Name(row.Generator)} {row.Target.Name} {row.Setting.Bits} {row.Setting.EvalBer}")));
        Assert.Equal(["vgg6", "eleven"], CampaignExpansion.BasesToTrain(rows).Select(job => job.Name));
        Assert.Equal(
            ["vgg6 ConvS 1", "vgg6 UIP 1", "eleven ConvS 1", "eleven UIP 1", "vgg6 ConvS 2"],
            CampaignExpansion.GeneratorsToTrain(rows).Select(Name));

        static string Name(GeneratorJob job) => $"{job.Base.Name} {job.Setting.Generator} {job.Setting.Seed}";
    }

    /// <summary>A changed plan reuses what it can: what a change does not touch keeps its name.</summary>
    [Theory]
    [InlineData("\"epochs\": 3", "\"epochs\": 4", 7, 3)] // of the second base model
    [InlineData("\"epochs\": 2", "\"epochs\": 1", 0, 0)] // of all generators
    [InlineData("\"testImages\": 32", "\"testImages\": 16", 0, 5)]
    [InlineData("\"seeds\": [1, 2]", "\"seeds\": [1, 3]", 13, 4)]
    [InlineData("\"eleven\"", "\"other\"", 15, 5)] // a name alone
    public void WhatAChangeDoesNotTouchKeepsItsName(string from, string to, int rowsKept, int generatorsKept)
    {
        IReadOnlyList<CampaignRow> before = CampaignExpansion.Rows(Plans.Read(Plans.Small));
        IReadOnlyList<CampaignRow> after = CampaignExpansion.Rows(Plans.Read(Plans.Small.Replace(from, to, StringComparison.Ordinal)));
        Assert.Equal(rowsKept, before.Select(row => row.Id).Intersect(after.Select(row => row.Id)).Count());
        Assert.Equal(generatorsKept, before.Select(row => row.Generator.Id).Intersect(after.Select(row => row.Generator.Id)).Count());
    }
}
