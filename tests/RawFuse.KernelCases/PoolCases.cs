using RawFuse.Kernels;
using static RawFuse.KernelCases.TestData;

namespace RawFuse.KernelCases;

/// <summary>Pooling, with many equal values in a window, infinities and NaN.</summary>
internal static class PoolCases
{
    public static readonly KernelCase[] All =
    [
        .. from shape in (PoolShape[])
               [
                   // Images, height, width, channels, window, stride, padding.
                   new(1, 1, 1, 1, 1, 1), new(2, 4, 4, 3, 2, 2), new(1, 5, 7, 8, 2, 2), new(2, 3, 5, 4, 2, 1), new(1, 4, 4, 12, 3, 1), new(1, 4, 3, 2, 2, 2), new(1, 3, 4, 32, 2, 1, 1), new(1, 6, 5, 9, 3, 2), new(2, 7, 7, 16, 3, 3),
                   new(1, 5, 6, 17, 3, 1), new(1, 8, 7, 31, 2, 3), new(1, 4, 9, 5, 4, 1), new(3, 2, 2, 33, 2, 2),
                   new(1, 15, 16, 10, 15, 1), new(1, 7, 3, 64, 1, 2), new(0, 4, 4, 3, 2, 2),
                   new(1, 8, 8, 8, 3, 2, 1), new(2, 7, 5, 11, 3, 2, 1), new(1, 1, 1, 9, 3, 2, 1), new(1, 1, 4, 3, 3, 1, 1), new(1, 6, 9, 5, 4, 3, 2),
                   new(1, 5, 5, 17, 2, 2, 1), new(1, 3, 2, 8, 5, 1, 2), new(1, 9, 8, 1, 2, 3, 1), new(1, 12, 10, 10, 15, 2, 7),
               ]
           from pool in (Func<PoolShape, KernelCase>[])[Maximum, MaximumOfBytes, Average]
           where shape.Padding == 0 || pool != Average
           select pool(shape),
        .. from size in (int[])[1, 2, 3, 7, 10, 14]
           from count in (int[])[1, 2, 7]
           select Adaptive(images: 2, size, size + 1, count, Math.Max(1, count - 1), channels: 3),
        Adaptive(images: 1, inHeight: 2, inWidth: 2, outHeight: 7, outWidth: 7, channels: 33),
        Adaptive(images: 1, inHeight: 7, inWidth: 7, outHeight: 7, outWidth: 7, channels: 8),
        Adaptive(images: 2, inHeight: 5, inWidth: 4, outHeight: 3, outWidth: 3, channels: 4),
        Adaptive(images: 0, inHeight: 3, inWidth: 3, outHeight: 2, outWidth: 2, channels: 4),
    ];

    private static string Describe(in PoolShape s) =>
        $"{s.Window}x{s.Window} on {s.Images}x{s.InHeight}x{s.InWidth}x{s.Channels} stride {s.Stride} padding {s.Padding}";

    private static bool Emulate(in PoolShape s) => s.OutputLength * s.Window * s.Window <= 4000;

    private static KernelCase Maximum(PoolShape shape) => new($"pool maximum {Describe(shape)}", run =>
    {
        foreach (Func<Random, int, float[]> numbers in (Func<Random, int, float[]>[])[TestData.Integers, TestData.RealsAndExtremes, Lowest])
        {
            float[] x = numbers(run.Random, shape.InputLength), dy = run.Random.Integers(shape.OutputLength);
            Storage<float> input = run.Input(x), output = run.Output<float>(shape.OutputLength), alone = run.Output<float>(shape.OutputLength);
            Storage<byte> positions = run.Output<byte>(shape.OutputLength);
            run.Launch<MaxPool2d, MaxPool2dArgs>(new(shape, input, output, positions));
            run.Launch<MaxPool2d, MaxPool2dArgs>(new(shape, input, alone, null));
            int Winner(int index) => Enumerable.Range(0, shape.Window * shape.Window).Where(i => InputIndex(shape, index, i) >= 0).Aggregate((best, i) =>
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

    private static KernelCase MaximumOfBytes(PoolShape shape) => new($"pool maximum of bytes {Describe(shape)}", run =>
    {
        foreach (bool isSigned in (bool[])[false, true])
        {
            byte[] x = run.Random.Bytes(shape.InputLength);
            Storage<byte> output = run.Output<byte>(shape.OutputLength);
            run.Launch<MaxPool2dInt8, MaxPool2dInt8Args>(new(shape, new ByteValues(run.Input(x), isSigned), output));
            int Value(int at) => isSigned ? (sbyte)x[at] : x[at];
            run.Expect(output, Tolerance.Exact, () => Each(
                shape.OutputLength, i => (byte)Enumerable.Range(0, shape.Window * shape.Window).Select(pixel => InputIndex(shape, i, pixel)).Where(at => at >= 0).Max(Value)));
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

    /// <summary>Windows as PyTorch's documentation of AdaptiveAvgPool2d has them.</summary>
    private static KernelCase Adaptive(int images, int inHeight, int inWidth, int outHeight, int outWidth, int channels) => new(
        $"pool adaptive {images}x{inHeight}x{inWidth}x{channels} to {outHeight}x{outWidth}", run =>
    {
        int wholeLength = images * inHeight * inWidth * channels, pooledLength = images * outHeight * outWidth * channels;
        float[] x = run.Random.Reals(wholeLength), dy = run.Random.Reals(pooledLength);
        Storage<float> pooled = run.Output<float>(pooledLength), gradient = run.Output<float>(wholeLength);
        var forward = new AdaptiveAveragePool2dArgs(images, inHeight, inWidth, outHeight, outWidth, channels, run.Input(x), pooled, IsGradient: false);
        run.Launch<AdaptiveAveragePool2d, AdaptiveAveragePool2dArgs>(forward);
        run.Launch<AdaptiveAveragePool2d, AdaptiveAveragePool2dArgs>(forward with { Whole = gradient, Pooled = run.Input(dy), IsGradient = true });

        // The pixels behind element i of the pooled image.
        int[] Window(int i)
        {
            (int pixel, int c) = Math.DivRem(i, channels);
            (int row, int column) = Math.DivRem(pixel, outWidth);
            (int n, row) = Math.DivRem(row, outHeight);
            return
            [
                .. from iy in Span(row, inHeight, outHeight)
                   from ix in Span(column, inWidth, outWidth)
                   select (((((n * inHeight) + iy) * inWidth) + ix) * channels) + c,
            ];
        }

        static IEnumerable<int> Span(int i, int size, int count)
        {
            int first = (int)Math.Floor(i * (double)size / count), end = (int)Math.Ceiling((i + 1) * (double)size / count);
            return Enumerable.Range(first, end - first);
        }

        run.Expect(pooled, Tolerance.FewRoundings, () => Each(pooledLength, i => Window(i).Average(at => (double)x[at])));
        run.Expect(gradient, Tolerance.FewRoundings, () =>
        {
            var dx = new double[wholeLength];
            for (int i = 0; i < dy.Length; i++)
            {
                int[] window = Window(i);
                foreach (int at in window) dx[at] += (double)dy[i] / window.Length;
            }

            return dx;
        });
    });

    /// <summary>Nothing but minus infinity: padding must not win.</summary>
    private static float[] Lowest(Random random, int length) => [.. Enumerable.Repeat(float.NegativeInfinity, length)];

    /// <summary>Where pixel i of the window behind output element <paramref name="output"/> lies; -1 in the padding.</summary>
    private static int InputIndex(in PoolShape s, int output, int i)
    {
        (int pixel, int c) = Math.DivRem(output, s.Channels);
        (int row, int x) = Math.DivRem(pixel, s.OutWidth);
        (int n, int y) = Math.DivRem(row, s.OutHeight);
        int iy = (y * s.Stride) - s.Padding + (i / s.Window), ix = (x * s.Stride) - s.Padding + (i % s.Window);
        return iy < 0 || ix < 0 || iy >= s.InHeight || ix >= s.InWidth ? -1 : (((((n * s.InHeight) + iy) * s.InWidth) + ix) * s.Channels) + c;
    }
}
