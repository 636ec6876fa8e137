using System.Numerics.Tensors;

namespace RawFuse.Tests.Support;

/// <summary>
/// The three sums of a convolution, in double precision and as plainly as they can be written: between images [N, H, W, C], results [N, H', W', F] and
/// weights [kh, kw, C, F]. A transposed convolution is the second one.
/// </summary>
public sealed class Float64Convolution(Node image, Node result, Shape weight, int stride, int padding)
{
    /// <summary>results[f] += images[c] * weights[c, f].</summary>
    public double[] Gather(double[] images, double[] weights)
    {
        var results = new double[images.Length / image.Length * result.Length];
        EachPixel(images.Length, (i, r, w) =>
        {
            for (int c = 0; c < image.Channels; c++)
            {
                Span<double> row = results.AsSpan(r, result.Channels);
                TensorPrimitives.MultiplyAdd(weights.AsSpan(w + (c * result.Channels), result.Channels), images[i + c], row, row);
            }
        });
        return results;
    }

    /// <summary>images[c] += results[f] * weights[c, f].</summary>
    public double[] Scatter(double[] results, double[] weights)
    {
        var images = new double[results.Length / result.Length * image.Length];
        EachPixel(images.Length, (i, r, w) =>
        {
            for (int c = 0; c < image.Channels; c++)
                images[i + c] += TensorPrimitives.Dot(results.AsSpan(r, result.Channels), weights.AsSpan(w + (c * result.Channels), result.Channels));
        });
        return images;
    }

    /// <summary>weights[c, f] += images[c] * results[f].</summary>
    public double[] Outer(double[] images, double[] results)
    {
        int count = images.Length / image.Length;
        var weights = new double[weight.Length];
        Parallel.For(0, weight[0] * weight[1], tap =>
        {
            for (int n = 0; n < count; n++)
                EachPixel(n, tap, (i, r, w) =>
                {
                    for (int c = 0; c < image.Channels; c++)
                    {
                        Span<double> row = weights.AsSpan(w + (c * result.Channels), result.Channels);
                        TensorPrimitives.MultiplyAdd(results.AsSpan(r, result.Channels), images[i + c], row, row);
                    }
                });
        });
        return weights;
    }

    private void EachPixel(int length, Action<int, int, int> pair) => Parallel.For(0, length / image.Length, n =>
    {
        for (int tap = 0; tap < weight[0] * weight[1]; tap++) EachPixel(n, tap, pair);
    });

    /// <summary>Where in the images, in the results and in the weights the channels of each pair of pixels begin that a weight's tap brings together.</summary>
    private void EachPixel(int n, int tap, Action<int, int, int> pair)
    {
        for (int oy = 0; oy < result.Height; oy++)
            for (int ox = 0; ox < result.Width; ox++)
            {
                int iy = (oy * stride) + (tap / weight[1]) - padding, ix = (ox * stride) + (tap % weight[1]) - padding;
                if (iy < 0 || iy >= image.Height || ix < 0 || ix >= image.Width) continue;
                pair(
                    ((((n * image.Height) + iy) * image.Width) + ix) * image.Channels, ((((n * result.Height) + oy) * result.Width) + ox) * result.Channels,
                    tap * image.Channels * result.Channels);
            }
    }
}
