using RawFuse.NeuralFuse.Campaigns;
using RawFuse.NeuralFuse.Evaluation;

namespace RawFuse.Tests.Campaigns;

public sealed class ResultTablesTests
{
    [Fact]
    public void Table12HasBothNumbersInACell()
    {
        ResultTable table = ResultTables.Paper(12, [Row("vgg11", "ConvL", [40, 44], [80, 84]), Row("vgg11", "UNetL", [40, 44], [85, 85])], out int others);
        Assert.Equal(0, others);
        Assert.Equal(["base", "NF"], table.Keys);
        Assert.Equal(["CA", "1% PA", "1% CA(NF)", "1% PA(NF)", "1% RP", "0.5% PA", "0.5% CA(NF)", "0.5% PA(NF)", "0.5% RP"], table.Columns);
        Assert.Equal(
            [
                "VGG11|ConvL|88.0 (paper 88.4)|42.0 ± 2.0 (paper 42.2 ± 11.6)|87.0 (paper 89.6)|82.0 ± 2.0 (paper 87.2 ± 2.9)|40.0 (paper 45.1)|(63.6 ± 9.3)|(89.8)|(87.0 ± 1.3)|(23.3)",
                "VGG11|UNetL|88.0 (paper 88.4)|42.0 ± 2.0 (paper 42.2 ± 11.6)|87.0 (paper 87.1)|85.0 ± 0.0 (paper 83.6 ± 1.3)|43.0 (paper 41.4)|(63.6 ± 9.3)|(88.0)|(82.4 ± 1.8)|(18.8)",
            ],
            Lines(table));
    }

    /// <summary>What the paper does not have stands beside no number, behind what it has.</summary>
    [Fact]
    public void RowsOfOurOwnHaveTheirPlace()
    {
        ResultTable table = ResultTables.Paper(
            10, [Row("vgg19", "ConvL", [36], [70], lambda: 2), Row("resnet18", "ConvL", [39], [88]), Row("vgg6", "ConvL", [50], [60])], out _);
        string[] lines = [.. Lines(table)];
        Assert.Equal(
            ["ResNet18|10", "ResNet18|5", "ResNet18|1", "ResNet18|0.1", "ResNet18|0.01", "VGG19|10", "VGG19|5", "VGG19|1", "VGG19|0.1", "VGG19|0.01", "VGG19|2", "vgg6|5"],
            lines.Select(line => string.Join('|', line.Split('|').Take(2))));
        Assert.Equal("ResNet18|5|88.0 (paper 92.6)|39.0 ± 0.0 (paper 38.9 ± 12.4)|87.0 (paper 89.8)|88.0 ± 0.0 (paper 87.8 ± 1.7)|49.0 (paper 48.8)", lines[1]);
        Assert.Equal("VGG19|2|88.0 (paper 90.5)|36.0 ± 0.0 (paper 36.0 ± 12.0)|87.0 (paper -)|70.0 ± 0.0 (paper -)|34.0 (paper -)", lines[10]);
        Assert.Equal("vgg6|5|88.0 (paper -)|50.0 ± 0.0 (paper -)|87.0 (paper -)|60.0 ± 0.0 (paper -)|10.0 (paper -)", lines[11]);
    }

    [Fact]
    public void Table3DividesByMillionsOfParameters()
    {
        ResultTable table = ResultTables.Paper(3, [Row("vgg11", "ConvL", [40, 44], [80, 84]), Row("vgg6", "UNetS", [40], [60])], out _);
        Assert.Equal(
            [
                "VGG11|1%|55.3 (paper 62.3)|(212.9)|(69.5)|(165.8)|(92.0)|(251.7)", // 40 / 0.723273
                "VGG11|0.5%|(32.3)|(96.3)|(35.8)|(77.2)|(38.9)|(100.7)",
                "vgg6|1%|-|-|-|-|-|165.0 (paper -)", // 20 / 0.121195
            ],
            Lines(table));
    }

    [Fact]
    public void Table1IsTransfer()
    {
        ResultTable table = ResultTables.Paper(1, [Row("vgg11", "UNetL", [40], [80], source: "vgg19", trainBer: 0.015), Row("vgg11", "UNetL", [40], [80])], out _);
        Assert.Equal(
            [
                "VGG19|VGG11|1%|88.0 (paper 88.4)|40.0 ± 0.0 (paper 42.2 ± 11.6)|(88.9)|(76.0 ± 6.1)|(33.8)|87.0 (paper 85.5)|80.0 ± 0.0 (paper 81.9 ± 3.9)|40.0 (paper 39.7)",
                "VGG19|VGG11|0.5%|88.0 (paper 88.4)|(63.6 ± 9.3)|(88.9)|(85.9 ± 2.6)|(22.3)|(85.5)|(84.8 ± 0.5)|(21.2)",
            ],
            Lines(table));
    }

    [Fact]
    public void Tables11And22HaveTheirForm()
    {
        RowResult[] rows = [Row("vgg19", "UIP", [36], [35]), Row("vgg19", "ConvL", [64], [89], ber: 0.005, bits: 7)];
        Assert.Equal(
            "VGG19|1%|88.0 (paper 90.5)|36.0 ± 0.0 (paper 36.0 ± 12.0)|87.0 (paper 89.9)|35.0 ± 0.0 (paper 35.3 ± 12)|-1.0 (paper -0.7)",
            Lines(ResultTables.Paper(11, rows, out _)).First());
        string[] reduced = [.. Lines(ResultTables.Paper(22, rows, out _))];
        Assert.Equal(7, reduced.Length);
        Assert.Equal("VGG19|7|88.0 (paper 90.3)|64.0 ± 0.0 (paper 66.5 ± 8.5)|87.0 (paper 89.8)|89.0 ± 0.0 (paper 89.6 ± 0.2)|25.0 (paper 23.1)|(87.4)|(86.7 ± 0.3)|(20.2)", reduced[1]);
    }

    /// <summary>Table 2 follows from shapes; ours differs from the printed one where that is a misprint.</summary>
    [Fact]
    public void Table2NeedsNoResults()
    {
        string[] lines = [.. Lines(ResultTables.Paper(2, [], out _))];
        Assert.Equal(5, lines.Length);
        Assert.Equal("VGG19|20.3 (paper 20.3)|29.3 (paper 29.7)|22.2 (paper 22.3)|27.8 (paper 27.8)|24.8 (paper 24.8)|29.1 (paper 29.1)", lines[4]);
    }

    /// <summary>Without results the paper's own table stands there.</summary>
    [Fact]
    public void WithoutResultsThePaperStandsAlone()
    {
        Assert.Equal([20, 5, 10, 10, 10, 30, 14], ResultTables.Numbers.Select(number => ResultTables.Paper(number, [], out _).Rows.Count));
        Assert.Equal("ResNet18|ConvL|(92.6)|(38.9 ± 12.4)|(89.8)|(87.8 ± 1.7)|(48.8)|(70.1 ± 11.6)|(90.4)|(87.9 ± 2.2)|(17.8)", Lines(ResultTables.Paper(12, [], out _)).First());
    }

    /// <summary>Seeds are taken together, over all their chips; of other differences the last setting counts.</summary>
    [Fact]
    public void SeedsAreTakenTogether()
    {
        ResultTable table = ResultTables.Paper(
            12, [Row("vgg11", "ConvL", [10], [11], epochs: 1), Row("vgg11", "ConvL", [40], [80]), Row("vgg11", "ConvL", [44], [90], seed: 2)], out int others);
        Assert.Equal(1, others);
        Assert.StartsWith("VGG11|ConvL|88.0 (paper 88.4)|42.0 ± 2.0 (paper 42.2 ± 11.6)|87.0 (paper 89.6)|85.0 ± 5.0 (paper 87.2 ± 2.9)|43.0 (paper 45.1)|", Lines(table).Single());
    }

    [Fact]
    public void OfSeveralNTheLargestCounts()
    {
        ResultTable table = ResultTables.Paper(12, [Row("vgg11", "ConvL", [40], [80], chips: 5), Row("vgg11", "ConvL", [41], [81], chips: 2)], out int others);
        Assert.Equal(1, others);
        Assert.Contains("80.0 ± 0.0 (paper 87.2 ± 2.9)", Lines(table).Single());
    }

    [Fact]
    public void OtherDataSetsAreNotCompared()
    {
        ResultTable table = ResultTables.Paper(12, [Row("vgg11", "ConvL", [40], [80], dataset: "signs")], out int others);
        Assert.Equal(1, others);
        Assert.Empty(table.Rows);
    }

    [Fact]
    public void TheListHasAPointOfTheTradeOffInEveryLine()
    {
        RowResult row = Row("vgg11", "ConvL", [40, 44], [80, 84], dataset: "signs"), again = row with { CleanAccuracy = 50 }, transfer = Row("vgg11", "UNetL", [1], [2], source: "vgg19", ber: 0.005);
        Assert.Equal(
            [
                "vgg11|ConvL|1%|1%|8|5|10|1|50.0|42.0 ± 2.0|87.0|82.0 ± 2.0|40.0|6.6|-21.8",
                "vgg19>vgg11|UNetL|1%|0.5%|8|5|10|1|88.0|1.0 ± 0.0|87.0|2.0 ± 0.0|1.0|6.6|-21.8",
            ],
            Lines(ResultTables.List(ResultTables.Distinct([row, transfer, again]))));
    }

    [Fact]
    public void UnknownTablesAreRefused() =>
        Assert.Contains("There is no table 4 here; known are 1, 2, 3, 10, 11, 12, 22", Assert.Throws<ArgumentException>(() => ResultTables.Paper(4, [], out _)).Message);

    private static IEnumerable<string> Lines(ResultTable table) => table.Rows.Select(row => string.Join('|', row.Keys.Concat(row.Cells.Select(cell => cell.ToString()))));

    private static RowResult Row(
        string target, string generator, double[] perturbed, double[] protectedOnes, string? source = null, double trainBer = 0.01, double? ber = null, int bits = 8,
        double lambda = 5, int chips = 10, ulong seed = 1, int epochs = 3, string dataset = "cifar10")
    {
        BaseSetting Base(string name) => new(name, Dataset: dataset, Training: new BaseTraining());
        var training = new GeneratorSetting(
            generator, Base(source ?? target), dataset, new FaultSetting("stuck-at", "ibm", "low-bits"), trainBer, lambda, chips, seed, new GeneratorTraining(epochs));
        var setting = new RowSetting(training, Base(target), bits, ber ?? 0.01, new EvaluationSetting(perturbed.Length, 50000, 50));
        var result = new EvaluationResult(new Accuracy(88, new(perturbed)), new Accuracy(87, new(protectedOnes)), setting.Evaluation.Seeds(), 100);
        return new RowResult(
            SettingId.Of(setting, CampaignJson.Default.RowSetting), source ?? target, target, setting, 88, PerturbedJson.Of(result.Base.Perturbed), AccuracyJson.Of(result.WithFuse!),
            result.Recovery!.Value, PerturbedJson.Of(result.RecoveryPerChip!), result.Chips, 100, 0.01, 0.005, new EnergyRecord(6.6, -21.8, 0.83, 0.694), new FileHashes("", "", ""),
            new StageSeconds(1, 1), new MachineRecord("", ""), "");
    }
}
