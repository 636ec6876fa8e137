using RawFuse.NeuralFuse.Energy;

namespace RawFuse.Tests.Energy;

public sealed class PtflopsMacsTests
{
    public static TheoryData<string> Models =>
        ["ResNet18", "ResNet50", "VGG11", "VGG16", "VGG19", "ConvL", "ConvS", "DeConvL", "DeConvS", "UNetL", "UNetS"];

    /// <summary>
    /// Every operation of every model at 32 pixels. The table gives sizes and parameters but no channels, which follow from the rows around:
    /// a batch norm has two parameters per channel, and a ReLU or pool has the channels of the batch norm before it.
    /// </summary>
    [Theory]
    [MemberData(nameof(Models))]
    public void EveryOperationEqualsPtflops(string model)
    {
        var rows = EnergyGolden.Rows("ptflops_ops_32.csv").FindAll(row => row.Text("model") == model);
        Assert.NotEmpty(rows);
        long channels = 0;
        foreach (var row in rows)
        {
            long inputPixels = row.Long("in_h") * row.Long("in_h");
            long outputPixels = row.Long("out_h") * row.Long("out_h");
            long parameters = row.Long("params");
            string kind = row.Text("kind");

            // True MACs are weights * output pixels, for transposed convolutions weights * input pixels.
            long weights = row.Long("true_conv_macs") / (kind == "deconv" ? inputPixels : outputPixels);
            if (kind == "bn")
            {
                channels = parameters / 2;
            }

            long macs = kind switch
            {
                "conv" => PtflopsMacs.Conv2d(weights, parameters - weights, outputPixels),
                "deconv" => PtflopsMacs.ConvTranspose2d(weights, parameters - weights, outputPixels),
                "fc" => PtflopsMacs.Linear(weights, parameters - weights),
                "bn" => PtflopsMacs.BatchNorm2d(channels * outputPixels),
                "relu" => PtflopsMacs.Relu(channels * outputPixels),
                "maxpool" => PtflopsMacs.MaxPool2d(channels * inputPixels),
                "upsample" => PtflopsMacs.Upsample(channels * outputPixels),
                "tanh" or "frelu" or "favgpool" or "avgpool" => PtflopsMacs.Uncounted,
                _ => throw new InvalidDataException(kind),
            };
            Assert.True(row.Long("ptflops_macs") == macs, $"{row.Text("op")} ({kind}): expected {row.Text("ptflops_macs")}, got {macs}");
        }

        Assert.Equal(Table7(model, 32), rows.Sum(row => row.Long("ptflops_macs")));
    }

    /// <summary>The same from the shapes the simulator was given, where those are the true ones: stride 1, no transposed convolution.</summary>
    [Theory]
    [InlineData("VGG11", true)]
    [InlineData("ConvS", true)]
    [InlineData("ResNet18", false)]
    public void ConvolutionsFollowFromTheirShapes(string model, bool biased)
    {
        var expected = EnergyGolden.Rows("ptflops_ops_32.csv").FindAll(row => row.Text("model") == model).ToDictionary(row => row.Text("op"));
        foreach (var layer in EnergyGolden.Layers(model).Where(layer => layer is { StrideHeight: 1, IfmapHeight: > 1 }))
        {
            long macs = PtflopsMacs.Conv2d(layer.FilterSize * layer.Filters, biased ? layer.Filters : 0, layer.OfmapPixels);
            Assert.Equal(expected[layer.Name].Long("ptflops_macs"), macs);
        }
    }

    /// <summary>VGG11 at 224 pixels, whose adaptive pool and three linear layers no 32-pixel model has.</summary>
    [Fact]
    public void Vgg11At224PixelsFromItsConfiguration()
    {
        long macs = 0, channels = 3, side = 224;
        foreach (int filters in (int[])[64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0]) // 0 is a 2x2 max pool
        {
            if (filters == 0)
            {
                macs += PtflopsMacs.MaxPool2d(channels * side * side);
                side /= 2;
                continue;
            }

            long elements = filters * side * side;
            macs += PtflopsMacs.Conv2d(3 * 3 * channels * filters, filters, side * side) + PtflopsMacs.BatchNorm2d(elements) + PtflopsMacs.Relu(elements);
            channels = filters;
        }

        macs += PtflopsMacs.AdaptiveAvgPool2d(channels * side * side);
        macs += PtflopsMacs.Linear(25088 * 4096, 4096) + PtflopsMacs.Relu(4096);
        macs += PtflopsMacs.Linear(4096 * 4096, 4096) + PtflopsMacs.Relu(4096);
        macs += PtflopsMacs.Linear(4096 * 10, 10);

        Assert.Equal(Table7("VGG11", 224), macs);
    }

    [Fact]
    public void TinyOperationsByHand()
    {
        Assert.Equal(3 * 3 * 2 * 5 * 16, PtflopsMacs.Conv2d(weights: 3 * 3 * 2 * 5, biases: 0, outputPixels: 16));
        Assert.Equal(3 * 3 * 2 * 5 * 16 + 5 * 16, PtflopsMacs.Conv2d(weights: 3 * 3 * 2 * 5, biases: 5, outputPixels: 16));
        Assert.Equal(7 * 3 + 3, PtflopsMacs.Linear(weights: 7 * 3, biases: 3));
        Assert.Equal(7 * 3, PtflopsMacs.Linear(weights: 7 * 3, biases: 0));
        Assert.Equal(80, PtflopsMacs.BatchNorm2d(40));
        Assert.Throws<ArgumentOutOfRangeException>(() => PtflopsMacs.Relu(-1));
        Assert.Throws<OverflowException>(() => PtflopsMacs.Conv2d(long.MaxValue, 1, 1));
    }

    [Fact]
    public void Table7IsPrintedAsInThePaper()
    {
        foreach (var row in EnergyGolden.Rows("table7_check.csv"))
        {
            string printed = PtflopsMacs.Print(row.Long("ptflops_macs_exact"));
            Assert.Equal(row.Text("ptflops_string"), printed);
            Assert.Equal(row.Text("paper_macs"), printed);
        }
    }

    [Theory]
    [InlineData(0, "0", 0)]
    [InlineData(999, "999", 999)]
    [InlineData(1000, "1.0K", 1000)]
    [InlineData(1_234_567, "1.23M", 1_230_000)]
    [InlineData(999_999, "1000.0K", 1_000_000)] // the unit is chosen before rounding
    [InlineData(80_495_616, "80.5M", 80_500_000)]
    [InlineData(1_005, "1.0K", 1_000)] // 1.005 in double lies below the tie,
    [InlineData(1_015, "1.01K", 1_010)] // as does 1.015,
    [InlineData(1_125, "1.12K", 1_120)] // 1.125 is a true tie and goes to even,
    [InlineData(1_375, "1.38K", 1_380)] // as does 1.375
    [InlineData(long.MaxValue, "9223372036.85G", 9_223_372_036_850_000_000)] // rounds down, so Rounded never overflows
    public void PrintsAndRoundsAsPython(long macs, string printed, long rounded)
    {
        Assert.Equal(printed, PtflopsMacs.Print(macs));
        Assert.Equal(rounded, PtflopsMacs.Rounded(macs));
    }

    private static long Table7(string model, int input) => EnergyGolden.Rows("table7_check.csv")
        .Single(row => row.Text("model") == model && row.Int("input") == input).Long("ptflops_macs_exact");
}
