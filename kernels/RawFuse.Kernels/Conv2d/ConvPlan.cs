namespace RawFuse.Kernels;

/// <summary>Ways to compute a convolution on a CPU.</summary>
internal enum ConvAlgorithm
{
    /// <summary>Sums of products as the definition has them.</summary>
    Direct,

    /// <summary><see cref="WinogradF2"/>.</summary>
    WinogradF2,

    /// <summary><see cref="WinogradF4"/>.</summary>
    WinogradF4,
}

/// <summary>
/// Chooses how a convolution is computed, by an estimate of vector operations. It depends on the sizes of the weights and of one image: neither the number of images in a batch nor the
/// machine changes the bits of a result. It takes a few dozen multiplications, less than looking it up would.
/// </summary>
internal static class ConvPlan
{
    /// <summary>Vector operations to transform one vector of inputs, weights or results, per factor or product, measured against a multiply-add.</summary>
    private const double DataCost = 10;
    private const double WeightCost = 9;
    private const double ResultCost = 12;

    /// <summary>Share of the multiply-add peak that the inner loops reach.</summary>
    private const double DirectEfficiency = 0.85;
    private const double WinogradEfficiency = 0.85;

    /// <summary>Images that share one set of weights, as far as the choice is concerned: the method's batch size.</summary>
    private const int Images = 25;

    /// <summary>The fastest way for a forward or input-gradient pass.</summary>
    /// <param name="mode">What is allowed.</param>
    /// <param name="shape">The convolution.</param>
    /// <param name="inputGradient">Which pass.</param>
    public static ConvAlgorithm Choose(ConvolutionMode mode, in Conv2dShape shape, bool inputGradient)
    {
        if (mode == ConvolutionMode.Direct || !WinogradConvolution<WinogradF4>.Suits(in shape)) return ConvAlgorithm.Direct;
        int columns = inputGradient ? shape.InChannels : shape.OutChannels, depth = inputGradient ? shape.OutChannels : shape.InChannels;
        int height = inputGradient ? shape.InHeight : shape.OutHeight, width = inputGradient ? shape.InWidth : shape.OutWidth;
        double direct = (double)Images * height * width * 9 * depth * Vectors(columns) / DirectEfficiency;
        return Cheapest(mode, direct, Winograd<WinogradF2>(height, width, depth, columns), Winograd<WinogradF4>(height, width, depth, columns));
    }

    /// <summary>The fastest way for a weight gradient.</summary>
    /// <param name="mode">What is allowed.</param>
    /// <param name="shape">The convolution.</param>
    public static ConvAlgorithm ChooseWeightGradient(ConvolutionMode mode, in Conv2dShape shape)
    {
        if (mode == ConvolutionMode.Direct || !WinogradConvolution<WinogradF4>.Suits(in shape)) return ConvAlgorithm.Direct;
        double direct = 9.0 * shape.OutHeight * shape.OutWidth * shape.InChannels * Vectors(shape.OutChannels) / DirectEfficiency;
        return Cheapest(mode, direct, WeightGradient<WinogradF2>(in shape), WeightGradient<WinogradF4>(in shape));
    }

    private static ConvAlgorithm Cheapest(ConvolutionMode mode, double direct, double f2, double f4)
    {
        if (mode == ConvolutionMode.Precise) f4 = double.PositiveInfinity;
        return direct <= Math.Min(f2, f4) ? ConvAlgorithm.Direct : f2 <= f4 ? ConvAlgorithm.WinogradF2 : ConvAlgorithm.WinogradF4;
    }

    private static double WeightGradient<TTile>(in Conv2dShape shape)
        where TTile : struct, IWinograd
    {
        double tiles = (double)((shape.OutHeight + TTile.Outputs - 1) / TTile.Outputs) * ((shape.OutWidth + TTile.Outputs - 1) / TTile.Outputs);
        double products = tiles * shape.InChannels * Vectors(shape.OutChannels) / WinogradEfficiency;

        // Inputs are transformed once for every panel, gradients once for every block of input channels; either way, once for every 64.
        double transforms = tiles * Vectors(shape.InChannels) * Vectors(shape.OutChannels) / 4 * (DataCost + ResultCost);
        return TTile.Inputs * TTile.Inputs * (products + transforms);
    }

    private static double Winograd<TTile>(int height, int width, int depth, int columns)
        where TTile : struct, IWinograd
    {
        double tiles = (double)Images * ((height + TTile.Outputs - 1) / TTile.Outputs) * ((width + TTile.Outputs - 1) / TTile.Outputs);
        double products = tiles * depth * Vectors(columns) / WinogradEfficiency;
        double transforms = (tiles * Vectors(depth) * DataCost) + (tiles * Vectors(columns) * ResultCost) + ((double)depth * Vectors(columns) * WeightCost);
        return TTile.Inputs * TTile.Inputs * (products + transforms);
    }

    private static int Vectors(int channels) => (channels + 15) / 16;
}
