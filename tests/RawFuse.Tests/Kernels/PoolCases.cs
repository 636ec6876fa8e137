using RawFuse.Kernels;
using RawFuse.Tests.Support;
using static RawFuse.Tests.Kernels.TestData;

namespace RawFuse.Tests.Kernels;

/// <summary>Pooling, with many equal values in a window, infinities and NaN.</summary>
internal static class PoolCases
{
    public static readonly KernelCase[] All =
    [
        .. from shape in (PoolShape[])
               [
                   // Images, height, width, channels, window, stride.
                   new(1, 1, 1, 1, 1, 1), new(2, 4, 4, 3, 2, 2), new(1, 5, 7, 8, 2, 2), new(1, 6, 5, 9, 3, 2), new(2, 7, 7, 16, 3, 3),
                   new(1, 5, 6, 17, 3, 1), new(1, 8, 7, 31, 2, 3), new(1, 4, 9, 5, 4, 1), new(3, 2, 2, 33, 2, 2),
                   new(1, 15, 16, 10, 15, 1), new(1, 7, 3, 64, 1, 2), new(0, 4, 4, 3, 2, 2),
               ]
           from pool in (Func<PoolShape, KernelCase>[])[Maximum, Average]
           select pool(shape),
    ];

    private static string Describe(in PoolShape s) => $"{s.Window}x{s.Window} on {s.Images}x{s.InHeight}x{s.InWidth}x{s.Channels} stride {s.Stride}";

    private static bool Emulate(in PoolShape s) => s.OutputLength * s.Window * s.Window <= 4000;

    private static KernelCase Maximum(PoolShape shape) => new($"pool maximum {Describe(shape)}", run =>
    {
        foreach (Func<Random, int, float[]> numbers in (Func<Random, int, float[]>[])[TestData.Integers, TestData.RealsAndExtremes])
        {
            float[] x = numbers(run.Random, shape.InputLength), dy = run.Random.Integers(shape.OutputLength);
            Storage<float> input = run.Input(x), output = run.Output<float>(shape.OutputLength), alone = run.Output<float>(shape.OutputLength);
            Storage<byte> positions = run.Output<byte>(shape.OutputLength);
            run.Launch<MaxPool2d, MaxPool2dArgs>(new(shape, input, output, positions));
            run.Launch<MaxPool2d, MaxPool2dArgs>(new(shape, input, alone, null));
            int Winner(int index) => Enumerable.Range(0, shape.Window * shape.Window).Aggregate((best, i) =>
            {
                float value = x[InputIndex(shape, index, i)];
                return value > x[InputIndex(shape, index, best)] || float.IsNaN(value) ? i : best;
            });
            run.Expect(positions, Tolerance.Exact, () => Each(shape.OutputLength, i => Winner(i)));
            run.Expect(output, Tolerance.Exact, () => Each(shape.OutputLength, i => x[InputIndex(shape, i, Winner(i))]));
            run.Expect(alone, Tolerance.Exact, () => Each(shape.OutputLength, i => x[InputIndex(shape, i, Winner(i))]));

            Storage<float> inputGradient = run.Output<float>(shape.InputLength);
            run.Launch<MaxPool2dGradient, MaxPool2dGradientArgs>(new(shape, run.Input(dy), positions, inputGradient));
            run.Expect(inputGradient, Tolerance.Exact, () =>
            {
                var dx = new double[shape.InputLength];
                for (int i = 0; i < dy.Length; i++) dx[InputIndex(shape, i, Winner(i))] += dy[i];
                return dx;
            });
        }
    }, Emulate(shape));

    private static KernelCase Average(PoolShape shape) => new($"pool average {Describe(shape)}", run =>
    {
        int area = shape.Window * shape.Window;
        float[] x = run.Random.Integers(shape.InputLength), dy = run.Random.Integers(shape.OutputLength);
        Storage<float> output = run.Output<float>(shape.OutputLength), inputGradient = run.Output<float>(shape.InputLength);
        run.Launch<AveragePool2d, AveragePool2dArgs>(new(shape, run.Input(x), output));
        double Mean(int index) => Enumerable.Range(0, area).Average(i => (double)x[InputIndex(shape, index, i)]);
        run.Expect(output, Tolerance.Exact, () => Each(shape.OutputLength, Mean));

        run.Launch<AveragePool2dGradient, AveragePool2dArgs>(new(shape, inputGradient, run.Input(dy)));
        run.Expect(inputGradient, Tolerance.Exact, () =>
        {
            var dx = new double[shape.InputLength];
            for (int index = 0; index < dy.Length; index++)
                for (int i = 0; i < area; i++)
                    dx[InputIndex(shape, index, i)] += dy[index];
            return Array.ConvertAll(dx, sum => sum / area);
        });
    }, Emulate(shape));

    /// <summary>Where pixel i of the window behind output element <paramref name="output"/> lies.</summary>
    private static int InputIndex(in PoolShape s, int output, int i)
    {
        (int pixel, int c) = Math.DivRem(output, s.Channels);
        (int row, int x) = Math.DivRem(pixel, s.OutWidth);
        (int n, int y) = Math.DivRem(row, s.OutHeight);
        return (((((n * s.InHeight) + (y * s.Stride) + (i / s.Window)) * s.InWidth) + (x * s.Stride) + (i % s.Window)) * s.Channels) + c;
    }
}
