namespace RawFuse.Kernels;

/// <summary>Chooses how an integer convolution is computed, by an estimate of vector operations. All ways give the same bits, so the choice may depend on anything.</summary>
internal static class Int8Plan
{
    /// <summary>
    /// Vector operations to transform one vector of inputs, weights or results, per factor or product, measured against multiplying and adding a vector of pairs.
    /// </summary>
    private const double DataCost = 5;
    private const double WeightCost = 6;
    private const double ResultCost = 5;

    /// <summary>To find and widen a vector of inputs, and to prepare a vector of weights.</summary>
    private const double CopyCost = 4;
    private const double PackCost = 6;

    /// <summary>The fastest way.</summary>
    public static ConvAlgorithm Choose(in Conv2dInt8Args args)
    {
        if (!Int8Winograd<IntegerWinogradF4>.Suits(args.Shape)) return ConvAlgorithm.Direct;
        double direct = Direct(in args), f2 = Winograd<IntegerWinogradF2>(in args), f4 = Winograd<IntegerWinogradF4>(in args);
        return direct <= Math.Min(f2, f4) ? ConvAlgorithm.Direct : f2 <= f4 ? ConvAlgorithm.WinogradF2 : ConvAlgorithm.WinogradF4;
    }

    private static double Direct(in Conv2dInt8Args args)
    {
        Conv2dShape shape = args.Shape;
        double pairs = ((shape.Taps * shape.InChannels) + 1) / 2, pixels = (double)shape.Images * shape.OutHeight * shape.OutWidth;
        return (pairs * Vectors(shape.OutChannels) * (pixels + (args.Weights.Sets * PackCost))) + (pixels * shape.Taps * ((shape.InChannels + 31) / 32) * CopyCost);
    }

    private static double Winograd<TTile>(in Conv2dInt8Args args)
        where TTile : struct, IIntegerWinograd
    {
        Conv2dShape shape = args.Shape;
        double tiles = (double)shape.Images * new TileGrid(shape.OutHeight, shape.OutWidth, TTile.Outputs).PerImage;
        double pairs = (shape.InChannels + 1) / 2, vectors = Vectors(shape.OutChannels);
        int slices = Int8Winograd<TTile>.Slices(shape.InChannels, args.Input.LargestMagnitude);
        double weights = args.Weights.Sets * pairs * vectors * (WeightCost + (PackCost * 9 / (TTile.Inputs * TTile.Inputs)));
        double transforms = (tiles * ((shape.InChannels + 31) / 32) * DataCost) + (tiles * vectors * slices * ResultCost) + weights;
        return TTile.Inputs * TTile.Inputs * ((tiles * pairs * vectors) + transforms);
    }

    private static int Vectors(int channels) => (channels + 15) / 16;
}
