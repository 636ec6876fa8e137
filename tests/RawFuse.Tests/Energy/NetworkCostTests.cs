using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Energy;
using RawFuse.NeuralFuse.Generators;

namespace RawFuse.Tests.Energy;

/// <summary>The zoo's layers against the simulator's and ptflops' totals.</summary>
public sealed class NetworkCostTests
{
    public static TheoryData<string> Models
    {
        get
        {
            var names = new TheoryData<string>();
            foreach (string line in Summary())
                names.Add(line.Split(',')[0]);
            return names;
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void PaperCountsEqualTheSimulators(string name)
    {
        string[] row = Summary().Select(line => line.Split(',')).Single(fields => fields[0] == name);
        NetworkDefinition definition = BaseModel.Names.Contains(name, StringComparer.OrdinalIgnoreCase) ? BaseModel.Define(name, 10) : Generator.Define(name);
        NetworkCost cost = NetworkCost.Of(definition, CountingConvention.Paper, SystolicArray.Paper, Dataflow.OutputStationary);
        Assert.Equal(int.Parse(row[2]), cost.Ledger.Rows.Count);
        Assert.Equal(long.Parse(row[3]), cost.Ledger.Total.FilterReads);
        Assert.Equal(long.Parse(row[4]), cost.Ledger.TotalWeightMemoryAccesses);
        Assert.Equal(long.Parse(row[7]), cost.Ledger.Total.IfmapReads);
        Assert.Equal(long.Parse(row[8]), cost.Ledger.Total.OfmapWrites);
        Assert.Equal(long.Parse(row[10]), cost.Ledger.Total.Cycles);
        Assert.Equal(long.Parse(row[13]), cost.Macs);
        Assert.Equal(long.Parse(row[14]), cost.Parameters);

        string[] macs = File.ReadLines(PathOf("table7_check.csv")).Select(line => line.Split(',')).Single(fields => fields[0] == name && fields[1] == "32");
        Assert.Equal(long.Parse(macs[3]), cost.PrintedMacs);
    }

    [Fact]
    public void ExactCountsAreTheShapesThemselves()
    {
        NetworkDefinition definition = Generator.Define("UNetS");
        foreach (WeightLayer layer in definition.Layers.OfType<WeightLayer>())
        {
            ArrayLayer shape = NetworkCost.ShapeOf(layer, definition, CountingConvention.Exact);
            Assert.Equal((layer.Output.Height, layer.Output.Width), (shape.OfmapHeight, shape.OfmapWidth));
            Assert.Equal(layer.Weight.Shape.Length, shape.FilterSize * shape.Filters);
        }
    }

    private static IEnumerable<string> Summary() => File.ReadLines(PathOf("summary_os32x32.csv")).Skip(1).Where(line => line.Split(',')[1] == "32");

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Golden", "energy", file);
}
