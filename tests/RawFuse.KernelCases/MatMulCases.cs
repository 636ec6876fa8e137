using RawFuse.Kernels;
using static RawFuse.KernelCases.TestData;

namespace RawFuse.KernelCases;

/// <summary>Matrix products of whole numbers, which are exact whatever the order of sums and the format of factors.</summary>
internal static class MatMulCases
{
    public static readonly KernelCase[] All =
    [
        .. from precision in Enum.GetValues<MatrixPrecision>()
           from size in ((int, int, int)[])[(0, 3, 2), (3, 0, 2), (3, 2, 0), (1, 1, 1), (2, 5, 3), (7, 16, 9), (16, 9, 33), (5, 70, 8)]
           select Product(size, precision),
    ];

    private static KernelCase Product((int Rows, int Columns, int Depth) size, MatrixPrecision precision) =>
        new($"matrix product {size.Rows}x{size.Depth}x{size.Columns} {precision}", run =>
        {
            (int rows, int columns, int depth) = size;
            float[] a = run.Random.Integers(rows * depth), b = run.Random.Integers(depth * columns);
            Storage<float> c = run.Output<float>(rows * columns);
            run.Launch<MatMul, MatMulArgs>(new(run.Input(a), run.Input(b), c, rows, columns, depth, precision));
            run.Expect(c, Tolerance.Exact, () => Each(rows * columns, i =>
                Enumerable.Range(0, depth).Sum(k => (double)a[(i / columns * depth) + k] * b[(k * columns) + (i % columns)])));
        });
}
