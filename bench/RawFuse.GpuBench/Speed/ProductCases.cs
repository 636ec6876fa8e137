using RawFuse.Kernels;

namespace RawFuse.GpuBench.Speed;

/// <summary>
/// The product of two matrices of 4096 x 4096. In float32 <see cref="MatMul"/> has a thread for each number of the result; the tiled path on multiply-adds is the convolutions', which a
/// 1x1 convolution of 4096 pixels and 4096 channels runs.
/// </summary>
internal static class ProductCases
{
    public const string Tiled = "gemm-conv1x1-float32";

    private const int Pixels = 64, ToyPixels = 3;

    public static IEnumerable<(string Name, SpeedCases.Prepare Prepare)> All =>
    [
        (Tiled, Convolution),
        .. from precision in Enum.GetValues<MatrixPrecision>()
           select (NameOf(precision), (SpeedCases.Prepare)((device, isToy) => Product(device, isToy, precision))),
    ];

    /// <summary>The case of <see cref="MatMul"/>.</summary>
    public static string NameOf(MatrixPrecision precision) => $"gemm-matmul-{SpeedCases.NameOf(precision)}";

    private static Work Convolution(Device device, bool isToy)
    {
        int pixels = isToy ? ToyPixels : Pixels, size = pixels * pixels;
        var shape = new Conv2dShape(1, pixels, pixels, size, size, 1, 1);
        var buffers = new Buffers(device);
        ConvWeights weights = ConvWeights.OfFloats(buffers.Reals(shape.WeightLength));
        return Work.Of<Conv2dForward, Conv2dForwardArgs>(device, new(shape, buffers.Reals(shape.InputLength), weights, buffers.Empty<float>(shape.OutputLength)), buffers.All);
    }

    private static Work Product(Device device, bool isToy, MatrixPrecision precision)
    {
        int pixels = isToy ? ToyPixels : Pixels, size = pixels * pixels, count = size * size;
        var buffers = new Buffers(device);
        return Work.Of<MatMul, MatMulArgs>(
            device, new(buffers.Reals(count), buffers.Reals(count), buffers.Empty<float>(count), size, size, size, precision), buffers.All);
    }
}
