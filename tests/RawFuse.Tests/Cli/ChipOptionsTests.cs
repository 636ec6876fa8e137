using System.Text.Json;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;
using RawFuse.Serialization;
using RawFuse.Tests.Serialization;

namespace RawFuse.Tests.Cli;

/// <summary>Every option that describes a chip reaches the memory that the weights go through.</summary>
[Collection(Tool.Collection)]
public sealed class ChipOptionsTests : IDisposable
{
    private const int Weights = 4096;

    private readonly TemporaryFolder folder = new();

    public ChipOptionsTests()
    {
        var random = new Random(5);
        float[] values = [.. Enumerable.Range(0, Weights).Select(_ => (2 * random.NextSingle()) - 1)];
        SafetensorsFile.Write(folder.File("w.safetensors"), [SafetensorsTensor.FromFloat32("w", [16, Weights / 16], values)]);
    }

    public void Dispose() => folder.Dispose();

    /// <summary>What a cell is decides how far a faulty weight of 4 bits can go.</summary>
    [Theory]
    [InlineData("ibm", "byte", "byte", -128, 127)]
    [InlineData("ibm", "low-bits", "low-bits", -16, 15)]
    [InlineData("ibm", "packed", "packed", -8, 7)]
    [InlineData("ibm", "auto", "low-bits", -16, 15)]
    [InlineData("ibm-untiled", "auto", "low-bits", -16, 15)]
    [InlineData("physical", "auto", "packed", -8, 7)]
    public void NarrowWeightsLieInTheCellsNamed(string mapping, string cells, string named, int low, int high)
    {
        JsonElement json = Inject($"--chip 1 --ber 0.5 --bits 4 --mapping {mapping} --cells {cells}");
        sbyte[] faulty = SafetensorsFile.Read(folder.File("out.safetensors")).Get("w").AsInt8().ToArray();
        Assert.Equal((low, high), (faulty.Min(), faulty.Max()));
        Assert.Equal((named, 4), (json.GetProperty("cells").GetString(), json.GetProperty("bits").GetInt32()));
        Assert.Equal(named == "byte" ? Weights : 0, Bits(json)[7].GetProperty("cells").GetInt64());
        Assert.Equal(Weights, Bits(json)[3].GetProperty("cells").GetInt64());
        Assert.InRange(json.GetProperty("cellBer").GetDouble(), 0.4, 0.6);
    }

    [Theory]
    [InlineData("ibm")]
    [InlineData("physical")]
    public void OnlyThePositionsNamedFail(string mapping)
    {
        JsonElement json = Inject($"--chip 1 --ber 0.25 --bit-positions 7,2 --mapping {mapping}");
        foreach (JsonElement bit in Bits(json))
        {
            bool named = bit.GetProperty("bit").GetInt32() is 7 or 2;
            Assert.Equal(named, bit.GetProperty("stuckAt0").GetInt64() > 0);
            Assert.Equal(named, bit.GetProperty("stuckAt1").GetInt64() > 0);
            Assert.Equal(named, bit.GetProperty("zeroToOne").GetInt64() + bit.GetProperty("oneToZero").GetInt64() > 0);
            Assert.Equal(named ? Weights : 0, bit.GetProperty("cells").GetInt64());
        }
    }

    [Theory]
    [InlineData("--row-ber 1")]
    [InlineData("--column-ber 1")]
    public void LinesOfTheMemoryFailAsAWhole(string rate)
    {
        JsonElement json = Inject($"--chip 1 --ber 0 --model flip --mapping physical --sram 2x64x256 {rate}");
        Assert.Equal(8 * Weights, json.GetProperty("tensors")[0].GetProperty("bitsChanged").GetInt64());
        Assert.Equal((1, 1), (json.GetProperty("requestedBer").GetDouble(), json.GetProperty("cellBer").GetDouble()));
    }

    [Fact]
    public void TransientFaultsChangeBitsWithoutFaultyCells()
    {
        JsonElement json = Inject("--chip 1 --ber 0 --transient 0.1 --mapping physical");
        Assert.Equal(0, json.GetProperty("tensors")[0].GetProperty("cellsFaulty").GetInt64());
        Assert.InRange(json.GetProperty("flipRate").GetDouble(), 0.08, 0.12);
    }

    [Fact]
    public void AMapFromAFileIsTheChipItWasMadeOf()
    {
        ChipFile.Write(folder.File("chip.safetensors"), new Chip(9, 0.02, FaultModel.StuckAt, SramMapping.Ibm));
        Inject("--chip 9 --ber 0.02 --mapping ibm");
        byte[] drawn = Faulty();
        Inject("--map @chip.safetensors");
        Assert.Equal(drawn, Faulty());
    }

    [Fact]
    public void AMapInTextSaysWhichCellsAreStuck()
    {
        // One row of two bytes: bit 0 of even weights is stuck at 1, bit 7 of odd ones at 0.
        File.WriteAllText(folder.File("sa0.txt"), "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1\n");
        File.WriteAllText(folder.File("sa1.txt"), "1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0\n");
        Inject("--chip 0 --ber 0 --mapping physical");
        byte[] clean = Faulty();
        Inject("--map @sa0.txt @sa1.txt --mapping physical");
        Assert.Equal(clean.Select((value, i) => (byte)(i % 2 == 0 ? value | 1 : value & 0x7F)), Faulty());
    }

    private static JsonElement[] Bits(JsonElement json) => [.. json.GetProperty("tensors")[0].GetProperty("byBit").EnumerateArray()];

    private byte[] Faulty() => SafetensorsFile.Read(folder.File("out.safetensors")).Get("w").Bytes.ToArray();

    private JsonElement Inject(string options)
    {
        Tool.Succeed(folder, $"inject --weights @w.safetensors --out @out.safetensors --json @faults.json {options}");
        return JsonDocument.Parse(File.ReadAllBytes(folder.File("faults.json"))).RootElement;
    }
}
