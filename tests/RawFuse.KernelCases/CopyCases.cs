using System.Numerics;
using RawFuse.Kernels;
using static RawFuse.KernelCases.TestData;

namespace RawFuse.KernelCases;

/// <summary>Copying blocks between arrays, and filling arrays.</summary>
internal static class CopyCases
{
    public static readonly KernelCase[] All =
    [
        Copy("whole", rows: 1, columns: 150, xOffset: 0, xStride: 150, yOffset: 0, yStride: 150),
        Copy("no rows", rows: 0, columns: 5, xOffset: 0, xStride: 5, yOffset: 0, yStride: 5),
        Copy("no columns", rows: 5, columns: 0, xOffset: 0, xStride: 1, yOffset: 0, yStride: 1),
        Copy("a slice out of rows", rows: 13, columns: 5, xOffset: 3, xStride: 11, yOffset: 0, yStride: 5),
        Copy("a slice into rows", rows: 13, columns: 5, xOffset: 0, xStride: 5, yOffset: 4, yStride: 17),
        Copy("one row repeated", rows: 9, columns: 6, xOffset: 2, xStride: 0, yOffset: 1, yStride: 7),
        Copy("fours into rows", rows: 13, columns: 8, xOffset: 4, xStride: 12, yOffset: 8, yStride: 20),
        Copy("a row of fours repeated", rows: 9, columns: 12, xOffset: 0, xStride: 0, yOffset: 4, yStride: 16),
        Copy("single columns", rows: 70, columns: 1, xOffset: 1, xStride: 3, yOffset: 0, yStride: 2),
        Copy("more rows than an item takes", rows: 131, columns: 3, xOffset: 0, xStride: 4, yOffset: 2, yStride: 5),
        Tensors(),
        Fill("float", -1.5f),
        Fill("int", 123456789),
        Fill("byte", (byte)200),
        Fill("sbyte", (sbyte)-100),
    ];

    private static KernelCase Copy(string name, int rows, int columns, int xOffset, int xStride, int yOffset, int yStride) => new($"copy {name}", run =>
    {
        foreach (bool accumulate in (bool[])[false, true])
        {
            float[] x = run.Random.Integers(xOffset + (rows * xStride) + columns), before = run.Random.Integers(yOffset + (rows * yStride) + columns);
            Storage<float> y = run.InOut(before);
            run.Launch<CopyBlock, CopyBlockArgs>(new(run.Input(x), xOffset, xStride, y, yOffset, yStride, rows, columns, accumulate));
            run.Expect(y, Tolerance.Exact, () =>
            {
                double[] after = Array.ConvertAll(before, value => (double)value);
                for (int r = 0; r < rows; r++)
                    for (int c = 0; c < columns; c++)
                        after[yOffset + (r * yStride) + c] = x[xOffset + (r * xStride) + c] + (accumulate ? before[yOffset + (r * yStride) + c] : 0);
                return after;
            });
        }
    });

    private static KernelCase Tensors() => new("copy of many tensors", run =>
    {
        var copies = new List<TensorCopy>();
        var expectations = new List<Action>();
        foreach (int length in (int[])[0, 1, 2, 3, 4, 5, 8, 1023, 1024, 1025, 0, 7, 2048, 6, 16, 17, 33])
        {
            float[] x = run.Random.Reals(length);
            Storage<float> y = run.Output<float>(length);
            copies.Add(new(run.Input(x), y, length));
            expectations.Add(() => run.Expect(y, Tolerance.Exact, () => Each(length, i => x[i])));
        }

        run.Launch<CopyTensors, CopyTensorsArgs>(new(copies.ToArray()));
        expectations.ForEach(expect => expect());
    });

    private static KernelCase Fill<T>(string name, T value)
        where T : unmanaged, INumberBase<T> => new($"fill {name}", run =>
    {
        foreach (int length in Lengths(run))
        {
            foreach (int start in (int[])[0, 3, 16])
            {
                T[] before = [.. Enumerable.Range(0, start + length + 2).Select(i => T.CreateTruncating(i % 100))];
                Storage<T> x = run.InOut(before);
                run.Launch<Fill<T>, FillArgs<T>>(new(x, start, length, value));
                run.Expect(x, Tolerance.Exact, () => Each(before.Length, i => double.CreateChecked(i >= start && i < start + length ? value : before[i])));
            }
        }
    });
}
