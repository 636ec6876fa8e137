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
                "e298df80a402f1b1 vgg6 ConvS 1 vgg6 8 0.01",
                "c8b6dc1caf9f38b5 vgg6 ConvS 1 vgg6 8 0.005",
                "2016624475ecc634 vgg6 ConvS 1 eleven 8 0.01",
                "f47aae8e80251d34 vgg6 ConvS 1 eleven 8 0.005",
                "3ed9880d0824d9ad vgg6 UIP 1 vgg6 8 0.01",
                "25fa5d3c2bd39617 vgg6 UIP 1 vgg6 8 0.005",
                "241a20f80078019d vgg6 UIP 1 eleven 8 0.01",
                "c7a879dc090611cd vgg6 UIP 1 eleven 8 0.005",
                "e5366837323751f7 eleven ConvS 1 eleven 8 0.01",
                "e8aa17192ca292ac eleven ConvS 1 eleven 8 0.005",
                "df696d96916ffbc5 eleven UIP 1 eleven 8 0.01",
                "080ea88872e51ec4 eleven UIP 1 eleven 8 0.005",
                "a6d926ed0dbe2e04 vgg6 ConvS 1 vgg6 4 0.01",
                "723bb5ad02b4b5ea vgg6 ConvS 2 vgg6 8 0.01",
                "7e592c97410d2d4f vgg6 ConvS 2 vgg6 4 0.01",
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
