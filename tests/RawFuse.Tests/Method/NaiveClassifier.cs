using System.Numerics.Tensors;

namespace RawFuse.Tests.Method;

/// <summary>
/// A classifier's layers in float64, as loops over PyTorch's layouts (OIHW weights, CHW images): the oracle of models the reference implementation has no
/// values of. It takes parameters by PyTorch's names and remembers which, and knows nothing of the engine's declarations and layouts, which
/// <see cref="Support.Float64Network"/> takes for granted: so it finds a wrong layer, stride or flattening, not just wrong arithmetic.
/// </summary>
internal sealed class NaiveClassifier(Network network)
{
    private readonly Dictionary<string, ParameterSpec> parameters = network.Definition.Parameters.ToDictionary(parameter => parameter.Name);

    /// <summary>The names that were asked for.</summary>
    public HashSet<string> Used { get; } = [];

    public Image Convolve(Image x, string name, int filters, int kernel, int stride, int padding, bool bias = false)
    {
        float[] weights = Take($"{name}.weight");
        float[]? biases = bias ? Take($"{name}.bias") : null;
        Assert.Equal(filters * x.Channels * kernel * kernel, weights.Length);
        int height = ((x.Height + (2 * padding) - kernel) / stride) + 1, width = ((x.Width + (2 * padding) - kernel) / stride) + 1;
        var y = new Image(filters, height, width);
        Parallel.For(0, filters, o =>
        {
            Span<double> map = y.Values.AsSpan(o * height * width, height * width);
            map.Fill(biases?[o] ?? 0);
            for (int i = 0; i < x.Channels; i++)
                for (int tap = 0; tap < kernel * kernel; tap++)
                    Accumulate(map, x.Map(i), weights[(((o * x.Channels) + i) * kernel * kernel) + tap], (tap / kernel) - padding, (tap % kernel) - padding);
        });
        return y;

        void Accumulate(Span<double> map, ReadOnlySpan<double> from, double weight, int dy, int dx)
        {
            for (int row = 0; row < height; row++)
            {
                int iy = (row * stride) + dy;
                if (iy < 0 || iy >= x.Height) continue;
                int first = Math.Max(0, -dx), end = Math.Min(width, x.Width - dx);
                if (stride == 1)
                {
                    Span<double> line = map.Slice((row * width) + first, end - first);
                    TensorPrimitives.MultiplyAdd(from.Slice((iy * x.Width) + first + dx, end - first), weight, line, line);
                    continue;
                }

                for (int column = 0, ix = dx; column < width; column++, ix += stride)
                    if ((uint)ix < (uint)x.Width)
                        map[(row * width) + column] += weight * from[(iy * x.Width) + ix];
            }
        }
    }

    public Image Normalize(Image x, string name)
    {
        float[] gamma = Take($"{name}.weight"), beta = Take($"{name}.bias"), mean = Take($"{name}.running_mean"), variance = Take($"{name}.running_var");
        return Each(x.Channels, x.Height, x.Width, (c, row, column) => ((x[c, row, column] - mean[c]) / Math.Sqrt(variance[c] + 1e-5) * gamma[c]) + beta[c]);
    }

    public static Image Relu(Image x) => Each(x.Channels, x.Height, x.Width, (c, row, column) => Math.Max(0, x[c, row, column]));

    public static Image Add(Image x, Image y) => Each(x.Channels, x.Height, x.Width, (c, row, column) => x[c, row, column] + y[c, row, column]);

    public static Image MaxPool(Image x, int window, int stride, int padding) => Each(
        x.Channels, ((x.Height + (2 * padding) - window) / stride) + 1, ((x.Width + (2 * padding) - window) / stride) + 1,
        (c, row, column) => (
            from iy in Enumerable.Range((row * stride) - padding, window)
            from ix in Enumerable.Range((column * stride) - padding, window)
            where iy >= 0 && ix >= 0 && iy < x.Height && ix < x.Width
            select x[c, iy, ix]).Max());

    /// <summary>Windows [floor(i * in / out), ceil((i + 1) * in / out)).</summary>
    public static Image AdaptiveAveragePool(Image x, int size) => Each(x.Channels, size, size, (c, row, column) => (
        from iy in Enumerable.Range(0, x.Height)
        from ix in Enumerable.Range(0, x.Width)
        where iy >= row * x.Height / size && iy * size < (row + 1) * x.Height && ix >= column * x.Width / size && ix * size < (column + 1) * x.Width
        select x[c, iy, ix]).Average());

    public Image Linear(Image x, string name, int outputs)
    {
        float[] weights = Take($"{name}.weight"), bias = Take($"{name}.bias");
        Assert.Equal(outputs * x.Values.Length, weights.Length);
        return Each(outputs, 1, 1, (o, _, _) =>
        {
            double sum = bias[o];
            for (int i = 0; i < x.Values.Length; i++) sum += weights[(o * x.Values.Length) + i] * x.Values[i];
            return sum;
        });
    }

    private static Image Each(int channels, int height, int width, Func<int, int, int, double> value)
    {
        var y = new Image(channels, height, width);
        Parallel.For(0, channels, c =>
        {
            for (int pixel = 0; pixel < height * width; pixel++) y.Values[(c * height * width) + pixel] = value(c, pixel / width, pixel % width);
        });
        return y;
    }

    private float[] Take(string name)
    {
        Used.Add(name);
        return parameters[name].ToFile(network[name].ToArray());
    }

    /// <summary>[channels, height, width].</summary>
    internal sealed record Image(int Channels, int Height, int Width)
    {
        public double[] Values { get; } = new double[Channels * Height * Width];

        public double this[int channel, int row, int column] => Values[(((channel * Height) + row) * Width) + column];

        public ReadOnlySpan<double> Map(int channel) => Values.AsSpan(channel * Height * Width, Height * Width);
    }
}
