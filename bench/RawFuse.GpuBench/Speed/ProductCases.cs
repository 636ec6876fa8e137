using RawFuse.Kernels;

namespace RawFuse.GpuBench.Speed;

/// <summary>The product of two matrices of 4096 x 4096, at each precision.</summary>
internal static class ProductCases
{
    private const int Size = 4096, ToySize = 8;

    public static IEnumerable<SpeedCases.SpeedCase> All =>
        from precision in Enum.GetValues<MatrixPrecision>()
        select new SpeedCases.SpeedCase(NameOf(precision), precision, Product);

    public static string NameOf(MatrixPrecision precision) => $"gemm-{SpeedCases.NameOf(precision)}";

    private static Work Product(Device device, bool isToy)
    {
        int size = isToy ? ToySize : Size, count = size * size;
        var buffers = new Buffers(device);
        return Work.Of<MatMul, MatMulArgs>(device, new(buffers.Reals(count), buffers.Reals(count), buffers.Empty<float>(count), size, size, size), buffers.All);
    }
}
