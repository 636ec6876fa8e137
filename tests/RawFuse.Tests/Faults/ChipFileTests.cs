using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;
using RawFuse.Serialization;

namespace RawFuse.Tests.Faults;

/// <summary>Chips with known stuck cells, in files of both kinds.</summary>
public sealed class ChipFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rawfuse-chips-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(SramMapping.Ibm, 8)]
    [InlineData(SramMapping.Ibm, 3)]
    [InlineData(SramMapping.IbmUntiled, 5)]
    public void Reference_chips_survive_a_file(SramMapping mapping, int bits)
    {
        foreach (FaultOptions options in (FaultOptions[])
            [new(), new() { Cells = WeightCells.Packed, Positions = 0b0110_0101 }, new() { Cells = WeightCells.Byte, TransientRate = 0.123456789012345678 }])
        {
            var chip = new Chip(4_000_000_000, 0.03, FaultModel.StuckAt, mapping, options: options);
            ChipFile.Write(PathOf("chip"), chip);
            Chip read = ChipFile.Read(PathOf("chip"));
            Assert.Equal((mapping, chip.Cells), (read.Mapping, read.Cells));
            Assert.Equal(0.03, read.BitErrorRate, 0.001);
            Assert.Equal(Faulty(chip, 20_000, bits, access: 3), Faulty(read, 20_000, bits, access: 3));

            // And once more from what was read.
            ChipFile.Write(PathOf("again"), read);
            Assert.Equal(File.ReadAllBytes(PathOf("chip")), File.ReadAllBytes(PathOf("again")));
        }
    }

    /// <summary>A byte q is read as (q &amp; and) | or, whatever bits the two have in common, and the memory is used again from its start.</summary>
    [Theory]
    [InlineData(5, 3)]
    [InlineData(1, 1)]
    [InlineData(8, 16)]
    public void Bytes_follow_the_masks(int rows, int rowBytes)
    {
        byte[] or = FaultTestData.Bytes(rows * rowBytes, 1), and = FaultTestData.Bytes(rows * rowBytes, 2);
        Write("map", "physical", [rows, rowBytes], or, and);
        sbyte[] clean = FaultTestData.Weights(1000);
        var place = new SramPlace("w", 1000, 2);
        using var memory = new ChipMemory(FaultTestData.OneThread, ChipFile.Read(PathOf("map")));
        sbyte[] faulty = [.. clean];
        memory.InjectAndCount(faulty, place);
        for (int i = 0; i < clean.Length; i++) Assert.Equal((sbyte)((clean[i] & and[(32 + i) % and.Length]) | or[(32 + i) % or.Length]), faulty[i]);
    }

    /// <summary>Maps of any size in all mappings and for all weights, by the definition of each.</summary>
    [Theory]
    [InlineData(5, 3)]
    [InlineData(3, 1)]
    [InlineData(40, 16)]
    public void Weights_are_read_from_their_cells(int rows, int rowBytes)
    {
        byte[] one = FaultTestData.Bytes(rows * rowBytes, 1), zero = FaultTestData.Bytes(rows * rowBytes, 2);
        for (int i = 0; i < one.Length; i++) zero[i] &= (byte)~one[i];
        NaiveMemory naive = NaiveMemory.OfMap(zero, one);
        foreach (SramMapping mapping in Enum.GetValues<SramMapping>())
        {
            var chip = new Chip(new FaultMap(rows, zero, one), mapping);
            for (int bits = 2; bits <= 8; bits++)
            {
                sbyte[] clean = FaultTestData.Weights(3000, bits), faulty = Faulty(chip, 3000, bits);
                for (int i = 0; i < clean.Length; i++)
                {
                    int first = NaiveMemory.FirstCell(mapping, i, 0, bits, rows, 8 * rowBytes);
                    Assert.Equal(naive.ReadWeight(clean[i], first, bits, chip.Cells), faulty[i]);
                }
            }
        }
    }

    /// <summary>Copies of a small memory have the same transient faults: they are the same cells.</summary>
    [Fact]
    public void Transients_follow_the_cells()
    {
        var chip = new Chip(new FaultMap(3, new byte[9], new byte[9]), SramMapping.Physical, 5, new FaultOptions { TransientRate = 0.3 });
        using var memory = new ChipMemory(FaultTestData.OneThread, chip);
        var weights = new sbyte[300];
        FaultReport report = memory.InjectAndCount(weights, new SramPlace("w", 300, 0), access: 1);
        Assert.Equal(weights[..^9], weights[9..]);
        Assert.Contains(weights, weight => weight != 0);
        Assert.Equal(0, report.CellsFaulty);
    }

    [Fact]
    public void Text_maps_are_read()
    {
        File.WriteAllText(PathOf("at0"), "1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1\r\n0, 0,0,0,1,0,0,0,0,0,0,0,0,0,0,0\r\n\r\n");
        File.WriteAllText(PathOf("at1"), "0,1,0,0,0,0,0,0,1,0,0,0,0,0,0,0\n0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,1");
        Chip chip = ChipFile.ReadText(PathOf("at0"), PathOf("at1"), SramMapping.IbmUntiled);
        Assert.Equal((2, 2, 7 / 32.0), (chip.Map!.Rows, chip.Map.RowBytes, chip.BitErrorRate));
        Assert.Equal([0x01, 0x80, 0x10, 0x00], chip.Map.StuckAt0.ToArray());
        Assert.Equal([0x02, 0x01, 0x80, 0x80], chip.Map.StuckAt1.ToArray());
    }

    /// <summary>A reference chip as text is the same chip.</summary>
    [Fact]
    public void Text_maps_have_the_references_size()
    {
        var chip = new Chip(6, 0.05, mapping: SramMapping.Ibm);
        FaultMap map = IbmFaultMap.Draw(6, 0.05);
        WriteText("at0", map.StuckAt0);
        WriteText("at1", map.StuckAt1);
        Assert.Equal(Faulty(chip, 20_000, 8), Faulty(ChipFile.ReadText(PathOf("at0"), PathOf("at1"), SramMapping.Ibm), 20_000, 8));

        void WriteText(string name, ReadOnlySpan<byte> cells)
        {
            using StreamWriter text = File.CreateText(PathOf(name));
            for (int row = 0; row < IbmFaultMap.Rows; row++)
            {
                byte[] bytes = cells.Slice(row * IbmFaultMap.RowBytes, IbmFaultMap.RowBytes).ToArray();
                text.WriteLine(string.Join(',', Enumerable.Range(0, 128).Select(column => bytes[column / 8] >> (column % 8) & 1)));
            }
        }
    }

    [Theory]
    [InlineData("", "no cells")]
    [InlineData("\n\n", "no cells")]
    [InlineData("0,0,0", "has 3 cells")]
    [InlineData("0,0,0,0,0,0,0,0\n0,0,0,0,0,0,0", "has 7 cells")]
    [InlineData("0,0,0,0,0,0,0,0\n0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0", "has 16 cells")]
    [InlineData("0,0,0,0,0,0,0,0,\n", "row 1, column 9")]
    [InlineData("0,0,0,0,0,0,0,", "the end of the file")]
    [InlineData("0,,0,0,0,0,0,0", "','")]
    [InlineData("0,0,0,0,2,0,0,0", "'2'")]
    [InlineData("0 0 0 0 0 0 0 0", "'0'")]
    [InlineData("0,0,0,0,\u0001,0,0,0", "byte 1")]
    [InlineData("1,0,0,0,0,0,0,0", "Row 0, column 0 is stuck at 0 and at 1")]
    [InlineData("0,0,0,0,0,0,0,0\n0,0,0,0,0,0,0,0", "2 x 8")]
    public void Hostile_text_is_refused(string text, string said)
    {
        File.WriteAllText(PathOf("good"), "1,0,0,0,0,0,0,0");
        File.WriteAllText(PathOf("bad"), text);
        Assert.Contains(said, Assert.Throws<FileFormatException>(() => ChipFile.ReadText(PathOf("good"), PathOf("bad"), SramMapping.Ibm)).Message);
        Assert.Throws<FileFormatException>(() => ChipFile.ReadText(PathOf("good"), PathOf("none"), SramMapping.Ibm));
        Assert.Throws<FileFormatException>(() => ChipFile.ReadText(folder, PathOf("good"), SramMapping.Ibm));
    }

    [Fact]
    public void Hostile_files_are_refused()
    {
        byte[] four = new byte[4], eight = new byte[8];
        Refused("'or' is missing", []);
        Refused("'and' is missing", [U8("or", [2, 2], four)]);
        Refused("expected equal ones", [U8("or", [2, 2], four), U8("and", [1, 4], four)]);
        Refused("of shape [4]", [U8("or", [4], four), U8("and", [4], four)]);
        Refused("of shape [2, 0]", [U8("or", [2, 0], []), U8("and", [2, 0], [])]);
        Refused("I8 of shape", [new SafetensorsTensor("or", SafetensorsType.I8, [2, 2], four), U8("and", [2, 2], four)]);
        SafetensorsTensor[] good = [U8("or", [2, 4], eight), U8("and", [2, 4], eight)];
        Refused("'mapping' is missing", good, []);
        foreach ((string key, string value) in ((string, string)[])
            [
                ("mapping", "IBM"), ("cells", ""), ("positions", "256"), ("positions", "x"), ("transient", "NaN"), ("transient", "1.5"),
                ("transient", "-1"), ("seed", "-1"),
            ])
            Refused($"'{key}' is '{value}'", good, new() { ["mapping"] = "ibm", [key] = value });

        File.WriteAllBytes(PathOf("bad"), FaultTestData.Bytes(100, 1));
        Assert.Throws<FileFormatException>(() => ChipFile.Read(PathOf("bad")));
        Assert.Throws<FileFormatException>(() => ChipFile.Read(PathOf("none")));

        void Refused(string said, SafetensorsTensor[] tensors, Dictionary<string, string>? metadata = null)
        {
            SafetensorsFile.Write(PathOf("bad"), tensors, metadata ?? new() { ["mapping"] = "ibm" });
            Assert.Contains(said, Assert.Throws<FileFormatException>(() => ChipFile.Read(PathOf("bad"))).Message);
        }
    }

    [Fact]
    public void Bad_maps_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new FaultMap(0, [], []));
        Assert.Throws<ArgumentException>(() => new FaultMap(2, new byte[3], new byte[3]));
        Assert.Throws<ArgumentException>(() => new FaultMap(2, new byte[4], new byte[2]));
        Assert.Throws<ArgumentException>(() => new FaultMap(1, new byte[FaultMap.MaximumBytes + 1], new byte[FaultMap.MaximumBytes + 1]));
        Assert.Contains("Row 1, column 10", Assert.Throws<ArgumentException>(() => new FaultMap(2, [0, 0, 0, 4], [0, 0, 0, 4])).Message);
        Assert.Throws<ArgumentException>(() => ChipFile.Write(PathOf("chip"), new Chip(1, 0.1)));
        Assert.Throws<ArgumentException>(() => ChipFile.Write(PathOf("chip"), new Chip(1, 0.1, FaultModel.Flip, SramMapping.Ibm)));
        Assert.Throws<InvalidOperationException>(() => new Chip(new FaultMap(1, new byte[16], new byte[16]), SramMapping.Ibm).WithBitErrorRate(0.1));
        Assert.False(File.Exists(PathOf("chip")));
    }

    private static SafetensorsTensor U8(string name, int[] shape, byte[] bytes) => new(name, SafetensorsType.U8, shape, bytes);

    private static sbyte[] Faulty(Chip chip, int count, int bits, long access = 0)
    {
        sbyte[] weights = FaultTestData.Weights(count, bits);
        using var memory = new ChipMemory(FaultTestData.OneThread, chip);
        memory.InjectAndCount(weights, new SramPlace("w", count, 0, bits), access);
        return weights;
    }

    private void Write(string name, string mapping, int[] shape, byte[] or, byte[] and) =>
        SafetensorsFile.Write(PathOf(name), [U8("or", shape, or), U8("and", shape, and)], new Dictionary<string, string> { ["mapping"] = mapping });

    private string PathOf(string name) => Path.Combine(folder, name);
}
