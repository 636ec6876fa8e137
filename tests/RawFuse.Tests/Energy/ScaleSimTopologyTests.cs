using RawFuse.NeuralFuse.Energy;

namespace RawFuse.Tests.Energy;

public sealed class ScaleSimTopologyTests
{
    private const string Header = "Layer name,IFMAP height,IFMAP width,Filter height,Filter width,Channels,Num filter,Strides,\n";

    public static TheoryData<string> Models => [.. EnergyGolden.LayerListModels];

    [Theory]
    [MemberData(nameof(Models))]
    public void FilesGivenToTheSimulatorHoldItsLayers(string model)
    {
        var layers = ScaleSimTopology.ReadFile(EnergyGolden.PathOf($"topologies/{model}_32.csv"));
        var results = EnergyGolden.Rows($"layers_os_{model}_32.csv");

        Assert.Equal(EnergyGolden.Layers(model), layers);
        Assert.Equal(
            results.Select(row => row.Long("sram_filter_reads")),
            new AccessLedger(layers, SystolicArray.Paper, Dataflow.OutputStationary).Rows.Select(row => row.Counts.FilterReads));
    }

    [Theory]
    [InlineData(Header + "conv1,34,32,3,2,16,64,2,\n")]
    [InlineData(Header + "conv1,34,32,3,2,16,64,2")] // no trailing comma, no end of line
    [InlineData(Header + "conv1,34,32,3,2,16,64,2,2,\n")] // both strides
    [InlineData(Header + "conv1,34,32,3,2,16,64,2,,, ,\n")]
    [InlineData("\uFEFF\n \r\n" + Header + "\r\n\t\r\n , ,\r\n  conv1 ,\t34, 32 ,3 ,2,16,64, 2 ,\r\n\r\n")]
    [InlineData("anything the simulator would skip\nconv1,34,32,3,2,16,64,2,\n")]
    public void LayoutDoesNotMatter(string text)
    {
        using var file = new TemporaryFile(text);

        Assert.Equal([new ArrayLayer("conv1", 34, 32, 3, 2, 16, 64, 2)], ScaleSimTopology.ReadFile(file.Path));
    }

    [Fact]
    public void StridesMayDiffer()
    {
        var layer = Assert.Single(Read(Header + "conv1,34,34,3,3,16,64,2,1,\n"));

        Assert.Equal((2, 1), (layer.StrideHeight, layer.StrideWidth));
        Assert.Equal(OfmapRounding.Ceiling, layer.Rounding);
    }

    [Fact]
    public void DepthwiseLayersAreCountedChannelByChannel()
    {
        var layers = Read(Header + "conv1,34,34,3,3,3,8,1,\nconv2DP,18,18,3,3,2,1,1,\n");

        Assert.Equal(
            [
                new ArrayLayer("conv1", 34, 34, 3, 3, 3, 8, 1),
                new ArrayLayer("conv2DPChannel_0", 18, 18, 3, 3, 1, 1, 1),
                new ArrayLayer("conv2DPChannel_1", 18, 18, 3, 3, 1, 1, 1),
            ],
            layers);
    }

    [Theory]
    [InlineData("", 1, null, "at least one layer")]
    [InlineData(Header, 2, null, "at least one layer")]
    [InlineData("conv1,34,34,3,3,16,64,1,\n", 1, 2, "expected the header line")]
    [InlineData(Header + "a,34,34,3,3,16,64,\n", 2, 8, "'Stride height', found the end of the line")]
    [InlineData(Header + "a\n", 2, 2, "'IFMAP height', found the end of the line")]
    [InlineData(Header + "a,1,2,3,\n", 2, 5, "'Filter width', found the end of the line")] // a matrix multiplication's M, N, K
    [InlineData(Header + "\n\na,34,34,3,3,16,64,1,\nb,34,34,3,3,16,64,1,1,1,\n", 5, 10, "expected the end of the line, found '1'")]
    [InlineData(Header + "a,34,,3,3,16,64,1,\n", 2, 3, "'IFMAP width', a whole number from 1 to 2147483647, found ''")]
    [InlineData(Header + "a,34,34,3,3,x,64,1,\n", 2, 6, "'Channels', a whole number from 1 to 2147483647, found 'x'")]
    [InlineData(Header + "a,34,34,3,3,0,64,1,\n", 2, 6, "found '0'")]
    [InlineData(Header + "a,34,34,3,3,16,-64,1,\n", 2, 7, "found '-64'")]
    [InlineData(Header + "a,34.0,34,3,3,16,64,1,\n", 2, 2, "found '34.0'")]
    [InlineData(Header + "a,2147483648,34,3,3,16,64,1,\n", 2, 2, "found '2147483648'")]
    [InlineData(Header + "a,34,34,3,3,16,64,1 2,\n", 2, 8, "found '1 2'")]
    [InlineData(Header + "a,34,34,3,3,16,64,\u0661,\n", 2, 8, "found '\u0661'")] // an Arabic digit
    [InlineData(Header + "a,5,34,7,3,16,64,1,\n", 2, 4, "'Filter height' of at most the ifmap's 5, found 7")]
    [InlineData(Header + "a,34,5,3,7,16,64,1,\n", 2, 5, "'Filter width' of at most the ifmap's 5, found 7")]
    [InlineData(Header + ",34,34,3,3,16,64,1,\n", 2, 1, "a layer name")]
    [InlineData(Header + "a\u001b[2J,34,34,3,3,16,64,1,\n", 2, 1, "found 'a?[2J'")]
    [InlineData(Header + "aDP,34,34,3,3,2147483647,64,1,\n", 2, 6, "at most 100000 layers")]
    [InlineData(Header + "aDP,34,34,3,3,100000,64,1,\nb,34,34,3,3,1,64,1,\n", 3, null, "at most 100000 layers")]
    public void MalformedFilesNameThePlace(string text, int line, int? column, string problem)
    {
        var exception = Assert.Throws<ScaleSimTopologyException>(() => Read(text));

        Assert.Equal(("net.csv", line, column), (exception.File, exception.Line, exception.Column));
        Assert.StartsWith($"net.csv, line {line}{(column is null ? "" : $", column {column}")}: expected", exception.Message, StringComparison.Ordinal);
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LongFieldsAreShortenedInMessages()
    {
        var exception = Assert.Throws<ScaleSimTopologyException>(() => Read(Header + $"a,{new string('9', 3000)},"));

        Assert.True(exception.Message.Length < 200, exception.Message);
    }

    [Fact]
    public void LineWithoutEndIsGivenUp()
    {
        using var reader = new EndlessReader();

        var exception = Assert.Throws<ScaleSimTopologyException>(() => ScaleSimTopology.Read(reader, "net.csv"));

        Assert.Contains("characters on a line", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingFileIsAnIoError()
    {
        Assert.Throws<FileNotFoundException>(() => ScaleSimTopology.ReadFile(Path.Combine(AppContext.BaseDirectory, "no such topology.csv")));
    }

    private static IReadOnlyList<ArrayLayer> Read(string text) => ScaleSimTopology.Read(new StringReader(text), "net.csv");

    private sealed class EndlessReader : TextReader
    {
        public override int Read() => 'x';
    }

    private sealed class TemporaryFile : IDisposable
    {
        public TemporaryFile(string text) => File.WriteAllText(Path, text);

        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), System.IO.Path.GetRandomFileName());

        public void Dispose() => File.Delete(Path);
    }
}
