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
                "41c5e71fef698a88 vgg6 ConvS 1 vgg6 8 0.01",
                "86b5af50b611a529 vgg6 ConvS 1 vgg6 8 0.005",
                "83be0b9ce4f933c8 vgg6 ConvS 1 eleven 8 0.01",
                "7ef3ff21cf7f1c96 vgg6 ConvS 1 eleven 8 0.005",
                "a0cba123ece33e7b vgg6 UIP 1 vgg6 8 0.01",
                "b63ed66df94129c9 vgg6 UIP 1 vgg6 8 0.005",
                "eb33d8ad34bbd7d1 vgg6 UIP 1 eleven 8 0.01",
                "29415904cf382bd2 vgg6 UIP 1 eleven 8 0.005",
                "775d3ad099b4c57a eleven ConvS 1 eleven 8 0.01",
                "a0919616ee0f2edc eleven ConvS 1 eleven 8 0.005",
                "7237c9b5feda5a99 eleven UIP 1 eleven 8 0.01",
                "99143cd9bafe4946 eleven UIP 1 eleven 8 0.005",
                "f1388e4fc6b123d1 vgg6 ConvS 1 vgg6 4 0.01",
                "60b045a52c74bc5a vgg6 ConvS 2 vgg6 8 0.01",
                "d9b754ea906f8e32 vgg6 ConvS 2 vgg6 4 0.01",
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
