using RawFuse.NeuralFuse.Campaigns;
using RawFuse.NeuralFuse.Generators;

namespace RawFuse.Tests.Campaigns;

/// <summary>The transcription of the paper's tables, wherever arithmetic can tell that a number is right.</summary>
public sealed class PaperTablesTests
{
    /// <summary>Three numbers of one decimal each: half a unit of each.</summary>
    private const decimal ThreeRoundings = 0.15m;

    [Fact]
    public void TablesAreComplete()
    {
        Assert.Equal([1, 2, 3, 10, 11, 12, 22], PaperTables.Numbers);
        Assert.Equal([40, 30, 60, 10, 10, 60, 28], PaperTables.Numbers.Select(table => PaperTables.Of(table).Count));
        foreach (int table in PaperTables.Numbers) Assert.Equal(PaperTables.Of(table).Count, PaperTables.Of(table).Select(entry => entry.Point).Distinct().Count());
    }

    [Fact]
    public void RecoveryIsTheDifference()
    {
        var exceptions = new List<string>();
        foreach (TableEntry entry in PaperTables.Numbers.SelectMany(PaperTables.Of).Where(entry => entry.Numbers.ContainsKey(Quantity.Recovery)))
        {
            decimal difference = entry.Numbers[Quantity.PerturbedWithFuse].Value - entry.Numbers[Quantity.Perturbed].Value;
            if (Math.Abs(difference - entry.Numbers[Quantity.Recovery].Value) > ThreeRoundings) exceptions.Add(Name(entry.Point));
        }

        // Printed: 88.2 - 66.6 = 21.4.
        Assert.Equal(["VGG16 DeConvL 0.005"], exceptions);
    }

    /// <summary>Table 3 is Table 12's recovery, not yet rounded, over the generator's parameters.</summary>
    [Fact]
    public void EfficiencyIsRecoveryOverParameters()
    {
        var exceptions = new List<string>();
        foreach (TableEntry entry in PaperTables.Of(3))
        {
            decimal recovery = TableEntry.Find(PaperTables.Of(12), entry.Point, Quantity.Recovery)!.Value.Value;
            decimal millions = Generator.Define(entry.Point.Generator).ParameterCount / 1e6m, rounding = (0.05m / millions) + 0.05m;
            if (Math.Abs((recovery / millions) - entry.Numbers[Quantity.Efficiency].Value) > rounding) exceptions.Add(Name(entry.Point));
        }

        // Printed: 41.4 / 0.483 = 92.0, which would be right for 44.4.
        Assert.Equal(["VGG11 UNetL 0.01"], exceptions);
    }

    /// <summary>Base models are the same in all tables, alone.</summary>
    [Theory]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(22)]
    public void BaseModelsAreThoseOfTable1(int table)
    {
        foreach (TablePoint point in PaperTables.Of(table).Select(entry => entry.Point).Where(point => point.Bits == 8))
        {
            foreach (Quantity quantity in (Quantity[])[Quantity.Clean, Quantity.Perturbed])
                Assert.Equal(TableEntry.Find(PaperTables.Of(1), point, quantity), TableEntry.Find(PaperTables.Of(table), point, quantity));
        }
    }

    /// <summary>Table 10 at lambda 5 is Table 12's ConvL, but for the digits of the deviations.</summary>
    [Theory]
    [InlineData("ResNet18")]
    [InlineData("VGG19")]
    public void Table10MeetsTable12(string name)
    {
        var point = new TablePoint(name, name, "ConvL", 0.01, 0.01, 8, 5);
        foreach (Quantity quantity in (Quantity[])[Quantity.CleanWithFuse, Quantity.PerturbedWithFuse, Quantity.Recovery])
            Assert.Equal(TableEntry.Find(PaperTables.Of(12), point, quantity)!.Value.Value, TableEntry.Find(PaperTables.Of(10), point, quantity)!.Value.Value);
    }

    private static string Name(TablePoint point) => FormattableString.Invariant($"{point.Target} {point.Generator} {point.Ber}");
}
