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
                "1dd4b4efbcca35c6 vgg6 ConvS 1 vgg6 8 0.01",
                "fd92f8126a2a799e vgg6 ConvS 1 vgg6 8 0.005",
                "9f10403b03521580 vgg6 ConvS 1 eleven 8 0.01",
                "32d0603c9691c7f5 vgg6 ConvS 1 eleven 8 0.005",
                "513debdcb2b4ff63 vgg6 UIP 1 vgg6 8 0.01",
                "38f46eff0df63b9d vgg6 UIP 1 vgg6 8 0.005",
                "dd505d87b9aea35a vgg6 UIP 1 eleven 8 0.01",
                "882da316f908bdae vgg6 UIP 1 eleven 8 0.005",
                "b930d7f02613d2f3 eleven ConvS 1 eleven 8 0.01",
                "6e66287966cf2291 eleven ConvS 1 eleven 8 0.005",
                "9fd964ca4350d5cb eleven UIP 1 eleven 8 0.01",
                "4a4f1c029c81a7c6 eleven UIP 1 eleven 8 0.005",
                "9939643ff19efa93 vgg6 ConvS 1 vgg6 4 0.01",
                "9f2eda248a63232b vgg6 ConvS 2 vgg6 8 0.01",
                "d1f730a6ef4839eb vgg6 ConvS 2 vgg6 4 0.01",
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
