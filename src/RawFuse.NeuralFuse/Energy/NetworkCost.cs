namespace RawFuse.NeuralFuse.Energy;

/// <summary>What one inference of one image costs: SRAM accesses layer by layer, and operations. Pure arithmetic on the declared layers.</summary>
public sealed class NetworkCost
{
    private NetworkCost(NetworkDefinition definition, AccessLedger ledger, long macs, long printedMacs)
    {
        Name = definition.Name;
        Parameters = definition.ParameterCount;
        Ledger = ledger;
        Macs = macs;
        PrintedMacs = printedMacs;
    }

    /// <summary>The architecture's name.</summary>
    public string Name { get; }

    /// <summary>Number of trained parameters.</summary>
    public long Parameters { get; }

    /// <summary>Accesses of each weight layer.</summary>
    public AccessLedger Ledger { get; }

    /// <summary>Multiply-accumulate operations of convolutions, transposed convolutions (counted by input pixels) and linear layers.</summary>
    public long Macs { get; }

    /// <summary>MACs in the convention of the paper's tables (<see cref="PtflopsMacs"/>).</summary>
    public long PrintedMacs { get; }

    /// <summary>Counts a network.</summary>
    /// <param name="definition">The network.</param>
    /// <param name="convention">Which shapes to count.</param>
    /// <param name="array">The systolic array.</param>
    /// <param name="dataflow">What stays in the array.</param>
    public static NetworkCost Of(NetworkDefinition definition, CountingConvention convention, SystolicArray array, Dataflow dataflow)
    {
        IReadOnlyList<ArrayLayer> layers = [.. definition.Layers.OfType<WeightLayer>().Select(layer => ShapeOf(layer, definition, convention))];
        return new NetworkCost(definition, new AccessLedger(layers, array, dataflow), definition.Layers.Sum(MacsOf), definition.Layers.Sum(PrintedMacsOf));
    }

    /// <summary>A weight layer as the simulator sees it.</summary>
    public static ArrayLayer ShapeOf(WeightLayer layer, NetworkDefinition definition, CountingConvention convention)
    {
        Node input = layer.Inputs[0], output = layer.Output;
        int kernelHeight = layer.Weight.Shape[0], kernelWidth = layer.Weight.Shape[1];
        OfmapRounding rounding = convention == CountingConvention.Paper ? OfmapRounding.Ceiling : OfmapRounding.Floor;
        switch (layer)
        {
            case LinearLayer:
                return ArrayLayer.Linear(layer.Name, input.Length, output.Channels);
            case ConvTransposeLayer when convention == CountingConvention.Paper:
                return new ArrayLayer(
                    layer.Name, (layer.Stride * input.Height) + 2, (layer.Stride * input.Width) + 2, kernelHeight, kernelWidth, output.Channels, input.Channels, 1);
            case ConvTransposeLayer:
                return new ArrayLayer(
                    layer.Name, output.Height + kernelHeight - 1, output.Width + kernelWidth - 1, kernelHeight, kernelWidth, input.Channels, output.Channels, 1, rounding);
            default:
                bool isUNetsEnd = convention == CountingConvention.Paper && kernelHeight == 1 && IsLastConvolutionOfGenerator(layer, definition);
                int padding = isUNetsEnd ? 1 : layer.Padding;
                return new ArrayLayer(
                    layer.Name, input.Height + (2 * padding), input.Width + (2 * padding), kernelHeight, kernelWidth, input.Channels, output.Channels, layer.Stride, rounding);
        }
    }

    private static bool IsLastConvolutionOfGenerator(WeightLayer layer, NetworkDefinition definition) =>
        definition.Output.Channels == definition.Input.Channels && layer == definition.Layers.OfType<WeightLayer>().Last();

    /// <summary>True MACs of a layer for one image.</summary>
    internal static long MacsOf(Layer layer) => layer is not WeightLayer weights
        ? 0
        : weights.Weight.Shape.Length * Pixels(weights is ConvTransposeLayer ? weights.Inputs[0] : weights.Output);

    private static long PrintedMacsOf(Layer layer)
    {
        if (layer.IsFunctional) return PtflopsMacs.Uncounted;
        long output = layer.Output.Length;
        return layer switch
        {
            LinearLayer linear => PtflopsMacs.Linear(linear.Weight.Shape.Length, BiasesOf(linear)),
            ConvTransposeLayer transpose => PtflopsMacs.ConvTranspose2d(transpose.Weight.Shape.Length, BiasesOf(transpose), FloatOutputPixels(transpose)),
            WeightLayer conv => PtflopsMacs.Conv2d(conv.Weight.Shape.Length, BiasesOf(conv), Pixels(conv.Output)),
            BatchNormLayer => PtflopsMacs.BatchNorm2d(output),
            ActivationLayer { Kind: ActivationKind.Relu } => PtflopsMacs.Relu(output),
            PoolLayer { IsMax: true } => PtflopsMacs.MaxPool2d(layer.Inputs[0].Length),
            AdaptivePoolLayer => PtflopsMacs.AdaptiveAvgPool2d(layer.Inputs[0].Length),
            UpsampleLayer => PtflopsMacs.Upsample(output),
            _ => PtflopsMacs.Uncounted,
        };
    }

    private static long BiasesOf(WeightLayer layer) => layer.Bias?.Shape.Length ?? 0;

    private static long Pixels(Node node) => (long)node.Height * node.Width;

    /// <summary>The printed numbers are those of the float network, whose UNet has no padding in its transposed convolutions.</summary>
    private static long FloatOutputPixels(ConvTransposeLayer layer) => layer.Stride * layer.Stride * Pixels(layer.Inputs[0]);
}
