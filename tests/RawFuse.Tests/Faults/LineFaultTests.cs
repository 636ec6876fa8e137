using System.Numerics;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;

namespace RawFuse.Tests.Faults;

/// <summary>Rows and columns that fail as a whole.</summary>
public sealed class LineFaultTests
{
    private static readonly SramGeometry Geometry = new(banks: 3, rows: 200, columns: 256);

    /// <summary>Every cell of a faulty row or column is faulty, no other one is, and each is stuck as it would be stuck on its own.</summary>
    [Theory]
    [InlineData(0.1, 0)]
    [InlineData(0, 0.1)]
    [InlineData(0.05, 0.02)]
    public void Lines_fail_as_a_whole(double rowRate, double columnRate)
    {
        bool[][] rows = Lines(3, 200, rowRate, stream: 3), columns = Lines(3, 256, columnRate, stream: 4);
        byte[] faulty = Read(Lined(0, FaultModel.Flip, rowRate, columnRate)), all = Read(new Chip(9, 1, geometry: Geometry));
        byte[] stuck = Read(Lined(0, FaultModel.StuckAt, rowRate, columnRate)), alone = Read(new Chip(9, 0.01, FaultModel.Flip, geometry: Geometry));
        byte[] both = Read(Lined(0.01, FaultModel.Flip, rowRate, columnRate));
        for (int cell = 0; cell < 3 * 200 * 256; cell++)
        {
            int bank = cell / (200 * 256), row = cell / 256 % 200, column = cell % 256;
            bool isLine = rows[bank][row] || columns[bank][column];
            Assert.Equal(isLine, Bit(faulty, cell));
            Assert.Equal(isLine && Bit(all, cell), Bit(stuck, cell));
            Assert.Equal(isLine || Bit(alone, cell), Bit(both, cell));
        }

        Assert.Contains(rows.Concat(columns), lines => lines.Contains(true));
        static bool Bit(byte[] bytes, int cell) => (bytes[cell / 8] >> (cell % 8) & 1) != 0;
    }

    [Fact]
    public void Ends_of_the_range_are_exact()
    {
        Assert.All(Read(Lined(0, FaultModel.Flip, 1, 0)), value => Assert.Equal(255, value));
        Assert.All(Read(Lined(0, FaultModel.Flip, 0, 1)), value => Assert.Equal(255, value));
        Assert.All(Read(Lined(0, FaultModel.Flip, 0, 0)), value => Assert.Equal(0, value));
        Assert.Equal(0.496, new Chip(1, 0.1, geometry: Geometry, options: new FaultOptions { RowRate = 0.2, ColumnRate = 0.3 }).CellErrorRate, 1e-12);
        Assert.All((double[])[0.01, 0.035, 1e-9], rate => Assert.Equal(rate, new Chip(1, rate).CellErrorRate));
    }

    [Fact]
    public void Bad_lines_are_refused()
    {
        foreach (FaultOptions options in (FaultOptions[])[new() { RowRate = 0.1 }, new() { ColumnRate = 0.1 }])
        {
            Assert.Throws<ArgumentException>(() => new Chip(1, 0.1, options: options));
            Assert.Throws<ArgumentException>(() => new Chip(1, 0.1, mapping: SramMapping.Ibm, options: options));
            Assert.Throws<ArgumentException>(() => new ChipPopulation(0.1, options: options));
            Assert.Throws<ArgumentException>(() => new Chip(new FaultMap(1, new byte[16], new byte[16]), SramMapping.Physical, options: options));
        }

        foreach (double rate in (double[])[-1e-9, 1.1, double.NaN])
            foreach (FaultOptions options in (FaultOptions[])[new() { RowRate = rate }, new() { ColumnRate = rate }, new() { TransientRate = rate }])
                Assert.ThrowsAny<ArgumentException>(() => new Chip(1, 0.1, geometry: Geometry, options: options));
    }

    private static Chip Lined(double ber, FaultModel model, double rowRate, double columnRate) =>
        new(9, ber, model, geometry: Geometry, options: new FaultOptions { RowRate = rowRate, ColumnRate = columnRate });

    /// <summary>What zeros become in the whole memory.</summary>
    private static byte[] Read(Chip chip)
    {
        int bytes = (int)Geometry.Groups * 16;
        var weights = new sbyte[bytes];
        using var memory = new ChipMemory(FaultTestData.TwoThreads, chip);
        memory.InjectAndCount(weights, new SramPlace("all", bytes, 0));
        return Array.ConvertAll(weights, value => (byte)value);
    }

    /// <summary>The lines of each bank; they are numbered over all banks.</summary>
    private static bool[][] Lines(int banks, int lines, double rate, ulong stream)
    {
        var cells = new NaiveCells(9);
        ulong threshold = (ulong)Math.Round(rate * Math.Pow(2, 32));
        return [.. Enumerable.Range(0, banks).Select(bank => Enumerable.Range(0, lines).Select(line => cells.IsFaultyLine((ulong)((bank * lines) + line), stream, threshold)).ToArray())];
    }
}
