using RawFuse.Kernels;
using static RawFuse.KernelCases.TestData;

namespace RawFuse.KernelCases;

/// <summary>Matrix products of whole numbers, which are exact whatever the order of sums and the format of factors.</summary>
internal static class MatMulCases
{
    public static readonly KernelCase[] All =
    [
        .. new (int, int, int)[] { (0, 3, 2), (3, 0, 2), (3, 2, 0), (1, 1, 1), (2, 5, 3), (7, 16, 9), (16, 9, 33), (5, 70, 8), (130, 8, 20), (20, 136, 40) }.Select(Product),
    ];

    private static KernelCase Product((int Rows, int Columns, int Depth) size) =>
        new($"matrix product {size.Rows}x{size.Depth}x{size.Columns}", run =>
        {
            (int rows, int columns, int depth) = size;
            float[] a = run.Random.Integers(rows * depth), b = run.Random.Integers(depth * columns);
            Storage<float> c = run.Output<float>(rows * columns);
            run.Launch<MatMul, MatMulArgs>(new(run.Input(a), run.Input(b), c, rows, columns, depth));
            run.Expect(c, Tolerance.Exact, () => Each(rows * columns, i =>
                Enumerable.Range(0, depth).Sum(k => (double)a[(i / columns * depth) + k] * b[(k * columns) + (i % columns)])));
        },
        ForTensorCores: OnTensorCores(size),
        EmulateTensorCores: OnTensorCores(size));

    private static bool OnTensorCores((int Rows, int Columns, int Depth) size) => size.Depth > 0 && size.Depth % 4 == 0 && size.Columns % 8 == 0;
}
