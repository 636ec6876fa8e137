using RawFuse.Kernels;
using static RawFuse.KernelCases.TestData;

namespace RawFuse.KernelCases;

/// <summary>Enlarging, padding and cropping images.</summary>
internal static class ResampleCases
{
    public static readonly KernelCase[] All =
    [
        Upsample(images: 1, height: 1, width: 1, channels: 1, factor: 1),
        Upsample(images: 2, height: 3, width: 2, channels: 5, factor: 2),
        Upsample(images: 1, height: 4, width: 5, channels: 8, factor: 3),
        Upsample(images: 1, height: 2, width: 3, channels: 33, factor: 2),
        Upsample(images: 3, height: 1, width: 7, channels: 16, factor: 4),
        Upsample(images: 2, height: 2, width: 3, channels: 4, factor: 2),
        Upsample(images: 0, height: 2, width: 2, channels: 3, factor: 2),
        Pad("nothing", inHeight: 3, inWidth: 4, outHeight: 3, outWidth: 4, top: 0, left: 0),
        Pad("all around", inHeight: 3, inWidth: 4, outHeight: 6, outWidth: 9, top: 1, left: 3),
        Pad("bottom right", inHeight: 3, inWidth: 4, outHeight: 5, outWidth: 6, top: 0, left: 0),
        Pad("crop", inHeight: 6, inWidth: 7, outHeight: 3, outWidth: 2, top: -1, left: -3),
        Pad("shift up and right", inHeight: 5, inWidth: 5, outHeight: 5, outWidth: 5, top: -2, left: 2),
        Pad("out of sight below", inHeight: 2, inWidth: 2, outHeight: 3, outWidth: 3, top: 5, left: 0),
        Pad("out of sight to the left", inHeight: 2, inWidth: 2, outHeight: 3, outWidth: 3, top: 0, left: -2),
        Pad("out of sight to the right", inHeight: 2, inWidth: 2, outHeight: 3, outWidth: 3, top: 0, left: 4),
    ];

    private static KernelCase Upsample(int images, int height, int width, int channels, int factor) => new(
        $"upsample {images}x{height}x{width}x{channels} by {factor}", run =>
    {
        int smallLength = images * height * width * channels, largeLength = smallLength * factor * factor;
        float[] x = run.Random.Integers(smallLength), dy = run.Random.Integers(largeLength);

        // Which small element is behind element i of the large image.
        int Source(int i)
        {
            (int pixel, int c) = Math.DivRem(i, channels);
            (int row, int column) = Math.DivRem(pixel, width * factor);
            return (((row / factor * width) + (column / factor)) * channels) + c;
        }

        Storage<float> large = run.Output<float>(largeLength), gradient = run.Output<float>(smallLength);
        run.Launch<UpsampleNearest2d, UpsampleNearest2dArgs>(new(images, height, width, channels, factor, run.Input(x), large));
        run.Expect(large, Tolerance.Exact, () => Each(largeLength, i => x[Source(i)]));
        run.Launch<UpsampleNearest2dGradient, UpsampleNearest2dArgs>(new(images, height, width, channels, factor, gradient, run.Input(dy)));
        run.Expect(gradient, Tolerance.Exact, () =>
        {
            var sums = new double[smallLength];
            for (int i = 0; i < largeLength; i++) sums[Source(i)] += dy[i];
            return sums;
        });
    });

    private static KernelCase Pad(string name, int inHeight, int inWidth, int outHeight, int outWidth, int top, int left) => new($"pad {name}", run =>
    {
        foreach ((int images, int channels) in ((int, int)[])[(1, 1), (2, 3), (0, 3), (1, 4), (2, 8), (1, 19)])
        {
            float[] x = run.Random.Integers(images * inHeight * inWidth * channels);
            Storage<float> output = run.Output<float>(images * outHeight * outWidth * channels);
            run.Launch<Pad2d, Pad2dArgs>(new(images, inHeight, inWidth, outHeight, outWidth, channels, top, left, run.Input(x), output));
            run.Expect(output, Tolerance.Exact, () =>
            {
                var y = new double[images * outHeight * outWidth * channels];
                for (int n = 0; n < images; n++)
                    for (int row = Math.Max(0, top); row < Math.Min(outHeight, top + inHeight); row++)
                        for (int column = Math.Max(0, left); column < Math.Min(outWidth, left + inWidth); column++)
                            for (int c = 0; c < channels; c++)
                                y[(((((n * outHeight) + row) * outWidth) + column) * channels) + c] =
                                    x[(((((n * inHeight) + row - top) * inWidth) + column - left) * channels) + c];
                return y;
            });
        }
    });
}
