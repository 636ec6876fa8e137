using RawFuse.Kernels;
using static RawFuse.KernelCases.TestData;

namespace RawFuse.KernelCases;

/// <summary>Functions of one and of two numbers, of all lengths.</summary>
internal static class ElementwiseCases
{
    public static readonly KernelCase[] All =
    [
        Unary("relu", default(Relu), x => x < 0 ? 0 : x, x => x > 0 ? 1 : 0, Tolerance.Exact),
        Unary("tanh", default(Tanh), Math.Tanh, x => 1 - Math.Pow(Math.Tanh(x), 2), Tolerance.FewRoundings),
        Unary("clamp", new Clamp(-0.625f, 1), x => x < -0.625 ? -0.625 : x > 1 ? 1 : x, x => x is >= -0.625 and <= 1 ? 1 : 0, Tolerance.Exact),
        Unary("scale", new Scale(-0.75f), x => -0.75 * x, _ => -0.75, Tolerance.Exact),
        Binary<Add>("add", (x, y) => x + y),
        Binary<Multiply>("multiply", (x, y) => x * y),
        ReluMask(),
        Chains(),
    ];

    private static KernelCase Unary<TOp>(string name, TOp op, Func<double, double> f, Func<double, double> derivative, Tolerance tolerance)
        where TOp : unmanaged, IUnaryOp => new($"elementwise {name}", run =>
    {
        foreach (int length in Lengths(run))
        {
            float[] x = run.Random.RealsAndExtremes(length);
            Storage<float> y = run.Output<float>(length);
            run.Launch<Map<TOp>, MapArgs<TOp>>(new(run.Input(x), y, length, op));
            run.Expect(y, tolerance, () => Each(length, i => f(x[i])));

            // NaN has no derivative worth agreeing on.
            float[] place = Array.ConvertAll(x, value => float.IsNaN(value) ? 0.5f : value), dy = run.Random.Integers(length);
            Storage<float> saved = run.Input(Array.ConvertAll(place, value => TOp.DerivativeUsesValue ? (float)f(value) : value));
            Storage<float> dx = run.InOut(dy);
            run.Launch<MapGradient<TOp>, MapGradientArgs<TOp>>(new(dx, saved, dx, length, op));
            run.Expect(dx, tolerance, () => Each(length, i => dy[i] * derivative(place[i])));
        }
    });

    private static KernelCase Binary<TOp>(string name, Func<double, double, double> f)
        where TOp : unmanaged, IBinaryOp => new($"elementwise {name}", run =>
    {
        foreach (int length in Lengths(run))
        {
            foreach (int period in (int[])[Math.Max(1, length), 1, 7, 19])
            {
                float[] x = run.Random.RealsAndExtremes(length), y = run.Random.RealsAndExtremes(period);
                Storage<float> z = run.InOut(x);
                run.Launch<Zip<TOp>, ZipArgs>(new(z, run.Input(y), z, length, period));
                run.Expect(z, Tolerance.Exact, () => Each(length, i => f(x[i], y[i % period])));
            }
        }
    });

    private static KernelCase ReluMask() => new("elementwise relu mask", run =>
    {
        foreach (int channels in (int[])(run.Toy ? [1, 8, 13] : [1, 3, 7, 8, 9, 16, 31, 64, 100]))
        {
            foreach (int rows in (int[])(run.Toy ? [1, 5] : [0, 1, 5, 255, 256, 257, 600]))
            {
                int stride = (channels + 7) / 8;
                float[] dy = run.Random.Reals(rows * channels);
                byte[] mask = run.Random.Bytes(rows * stride);
                Storage<float> dx = run.Output<float>(dy.Length);
                run.Launch<ApplyReluMask, ApplyReluMaskArgs>(new(run.Input(dy), run.Input(mask), dx, rows, channels));
                run.Expect(dx, Tolerance.Exact, () => Each(dy.Length, i =>
                {
                    int c = i % channels;
                    return (mask[(i / channels * stride) + (c / 8)] & (1 << (c % 8))) != 0 ? dy[i] : 0;
                }));
            }
        }
    });

    /// <summary>Halving and adding small numbers is exact for the first few steps, rounded once or twice.</summary>
    private static KernelCase Chains() => new("multiply-add chains", run =>
    {
        foreach (int count in (int[])[0, 1, run.Toy ? 200 : 20_000])
        {
            foreach (int rounds in (int[])[0, 1, 2])
            {
                Storage<float> sums = run.Output<float>(count);
                run.Launch<MultiplyAddChains, MultiplyAddChainsArgs>(new(sums, count, rounds, 0.5f, 1));
                run.Expect(sums, Tolerance.Exact, () => Each(count, _ => Enumerable.Range(0, 12).Sum(chain =>
                {
                    double z = chain;
                    for (int step = 0; step < 8 * rounds; step++) z = (0.5 * z) + 1;
                    return z;
                })));
            }
        }
    });
}
