using System.Globalization;
using RawFuse.NeuralFuse.Energy;

namespace RawFuse.Tests.Energy;

public sealed class EnergySavingTests
{
    /// <summary>Half a unit of the paper's last printed digit, and a little because its inputs were rounded too.</summary>
    private const double PrintedTolerance = 0.055;

    /// <summary>The golden columns carry six decimals.</summary>
    private const double GoldenTolerance = 5.1e-7;

    [Fact]
    public void Table2IsReproduced()
    {
        var twma = At32Pixels("summary_os32x32.csv", "twma_div8");
        var rows = EnergyGolden.Rows("table2_table8_es.csv");
        var misprints = new List<string>();
        foreach (var row in rows)
        {
            double percent = new EnergySaving(twma[row.Text("base")], twma[row.Text("gen")], OperatingPoint.Paper).Percent;
            Assert.Equal(row.Double("ES_s30.6"), percent, GoldenTolerance);
            if (Math.Abs(percent - row.Double("paper_ES")) > PrintedTolerance)
            {
                misprints.Add($"{row.Text("base")}+{row.Text("gen")}");
            }
        }

        // The paper prints 29.7 where its own Table 6 gives 29.26.
        Assert.Equal(["VGG19+ConvS"], misprints);
        Assert.Equal(30, rows.Count);
    }

    [Fact]
    public void Table8IsReproduced()
    {
        var macs = At32Pixels("table7_check.csv", "ptflops_macs_exact");
        foreach (var row in EnergyGolden.Rows("table2_table8_es.csv"))
        {
            double percent = EnergySaving.FromPrintedMacs(macs[row.Text("base")], macs[row.Text("gen")], OperatingPoint.Paper).Percent;
            Assert.Equal(row.Double("MACES_s30.6_roundedMACs"), percent, GoldenTolerance);
            Assert.Equal(row.Double("paper_MACES"), percent, PrintedTolerance);
        }
    }

    [Fact]
    public void LedgersGiveTable2()
    {
        var saving = EnergySaving.FromAccesses(Ledger("ResNet18"), Ledger("UNetS"), OperatingPoint.Paper);

        Assert.Equal(2_755_968, saving.BaseCost);
        Assert.Equal(45_711, saving.GeneratorCost);
        Assert.Equal(28.9, saving.Percent, PrintedTolerance);
        Assert.Same(OperatingPoint.Paper, saving.OperatingPoint);
    }

    [Theory]
    [InlineData(10, EnergyVerdict.Saves, "Saves 20.6% of the energy: low voltage saves 30.6%, the generator adds 10.0%.")]
    [InlineData(
        50, EnergyVerdict.CostsMore,
        "Costs 19.4% more energy than the base model alone at nominal voltage: low voltage saves 30.6%, the generator adds 50.0%.")]
    public void VerdictSaysWhoWins(double generatorCost, EnergyVerdict verdict, string sentence)
    {
        var saving = new EnergySaving(100, generatorCost, OperatingPoint.Paper);

        Assert.Equal(verdict, saving.Verdict);
        Assert.Equal(sentence, saving.Sentence);
    }

    [Fact]
    public void NothingSavedAndNothingSpentBreaksEven()
    {
        // At Vmin itself an access costs what it costs at nominal voltage.
        var saving = new EnergySaving(100, 0, OperatingPoint.ForBer(VoltageCurve.MinimumBer));

        Assert.Equal(0, saving.Percent);
        Assert.Equal(EnergyVerdict.BreaksEven, saving.Verdict);
        Assert.StartsWith("Neither saves nor costs energy", saving.Sentence, StringComparison.Ordinal);
    }

    /// <summary>The paper's own two losses, in Table 8.</summary>
    [Theory]
    [InlineData("ConvL", -21.8)]
    [InlineData("DeConvL", -11.5)]
    public void LargeGeneratorsCostVgg11More(string generator, double percent)
    {
        var macs = At32Pixels("table7_check.csv", "ptflops_macs_exact");
        var saving = EnergySaving.FromPrintedMacs(macs["VGG11"], macs[generator], OperatingPoint.Paper);

        Assert.Equal(EnergyVerdict.CostsMore, saving.Verdict);
        Assert.Contains((-percent).ToString("F1", CultureInfo.InvariantCulture), saving.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void LedgersOfDifferentMachinesAreRefused()
    {
        var layers = EnergyGolden.Layers("ConvS").ToList();
        var other = new AccessLedger(layers, SystolicArray.Paper, Dataflow.WeightStationary);
        var smaller = new AccessLedger(layers, new SystolicArray(16, 32), Dataflow.OutputStationary);

        Assert.Throws<ArgumentException>("generator", () => EnergySaving.FromAccesses(Ledger("VGG11"), other, OperatingPoint.Paper));
        Assert.Throws<ArgumentException>("generator", () => EnergySaving.FromAccesses(Ledger("VGG11"), smaller, OperatingPoint.Paper));
    }

    [Theory]
    [InlineData("baseCost", 0, 1)]
    [InlineData("baseCost", double.NaN, 1)]
    [InlineData("baseCost", double.PositiveInfinity, 1)]
    [InlineData("generatorCost", 1, -1)]
    [InlineData("generatorCost", 1, double.NaN)]
    public void CostsOutOfRangeAreRefused(string parameter, double baseCost, double generatorCost)
    {
        Assert.Throws<ArgumentOutOfRangeException>(parameter, () => new EnergySaving(baseCost, generatorCost, OperatingPoint.Paper));
    }

    private static Dictionary<string, long> At32Pixels(string file, string column) =>
        EnergyGolden.Rows(file).Where(row => row.Int("input") == 32).ToDictionary(row => row.Text("model"), row => row.Long(column));

    private static AccessLedger Ledger(string model) => new(EnergyGolden.Layers(model), SystolicArray.Paper, Dataflow.OutputStationary);
}
