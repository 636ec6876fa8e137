namespace RawFuse.Kernels;

/// <summary>Ways to compute a convolution on a CPU.</summary>
internal enum ConvAlgorithm
{
    /// <summary>Sums of products as the definition has them.</summary>
    Direct,

    /// <summary><see cref="Kernels.WinogradF2"/>.</summary>
    WinogradF2,

    /// <summary><see cref="Kernels.WinogradF4"/>.</summary>
    WinogradF4,

    /// <summary><see cref="Kernels.WinogradStride2"/>, or <see cref="WinogradStride2Gradient"/> for the input gradient.</summary>
    WinogradStride2,
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

    /// <summary>Images that share one set of weights, as far as the choice is concerned: the method's batch size.</summary>
    private const int Images = 25;

    /// <summary>The fastest way for a forward or input-gradient pass.</summary>
    /// <param name="mode">What is allowed.</param>
    /// <param name="shape">The convolution.</param>
    /// <param name="inputGradient">Which pass.</param>
    public static ConvAlgorithm Choose(ConvolutionMode mode, in Conv2dShape shape, bool inputGradient)
    {
        int columns = inputGradient ? shape.InChannels : shape.OutChannels, depth = inputGradient ? shape.OutChannels : shape.InChannels;
        int height = inputGradient ? shape.InHeight : shape.OutHeight, width = inputGradient ? shape.InWidth : shape.OutWidth;
        return Cheapest(
            mode, in shape, (double)Images * shape.OutHeight * shape.OutWidth * 9 * depth * Vectors(columns), Cost<WinogradF2>(), Cost<WinogradF4>(),
            inputGradient ? Cost<WinogradStride2Gradient>() : Cost<WinogradStride2>());

        double Cost<TTile>()
            where TTile : struct, IWinograd
        {
            double tiles = Images * Tiles<TTile>(height, width);
            return (TTile.Products * TTile.Products * tiles * depth * Vectors(columns)) + (TTile.WeightFactors * TTile.WeightFactors * (double)depth * Vectors(columns) * WeightCost)
                + (TTile.Inputs * TTile.Products * tiles * Vectors(depth) * DataCost) + (TTile.Outputs * TTile.Products * tiles * Vectors(columns) * ResultCost);
        }
    }

    /// <summary>The fastest way for a weight gradient.</summary>
    /// <param name="mode">What is allowed.</param>
    /// <param name="shape">The convolution.</param>
    public static ConvAlgorithm ChooseWeightGradient(ConvolutionMode mode, in Conv2dShape shape)
    {
        int height = shape.OutHeight, width = shape.OutWidth, inputs = shape.InChannels, outputs = shape.OutChannels;
        return Cheapest(mode, in shape, 9.0 * height * width * inputs * Vectors(outputs), Cost<WinogradF2>(), Cost<WinogradF4>(), Cost<WinogradStride2>());

        // Inputs are transformed once for every panel, gradients once for every block of input channels; either way, once for every 64.
        double Cost<TTile>()
            where TTile : struct, IWinogradGradient =>
            Tiles<TTile>(height, width) * (double)Vectors(outputs)
            * ((TTile.Products * TTile.Products * (double)inputs) + (Vectors(inputs) / 4.0 * TTile.Products * ((TTile.Inputs * DataCost) + (TTile.Outputs * ResultCost))));
    }

    private static ConvAlgorithm Cheapest(ConvolutionMode mode, in Conv2dShape shape, double direct, double f2, double f4, double stride2)
    {
        if (mode == ConvolutionMode.Direct || shape.KernelHeight != 3 || shape.KernelWidth != 3 || shape.Images == 0) return ConvAlgorithm.Direct;
        bool isFast = mode == ConvolutionMode.Fast;
        if (shape is { Stride: 2, Padding: 1 }) return isFast && stride2 < direct ? ConvAlgorithm.WinogradStride2 : ConvAlgorithm.Direct;
        if (shape is not { Stride: 1, Padding: <= 2 } || direct <= Math.Min(f2, isFast ? f4 : f2)) return ConvAlgorithm.Direct;
        return isFast && f4 < f2 ? ConvAlgorithm.WinogradF4 : ConvAlgorithm.WinogradF2;
    }

    private static double Tiles<TTile>(int height, int width)
        where TTile : struct, IWinograd => (double)((height + TTile.Outputs - 1) / TTile.Outputs) * ((width + TTile.Outputs - 1) / TTile.Outputs);

    private static int Vectors(int channels) => (channels + 15) / 16;
}
