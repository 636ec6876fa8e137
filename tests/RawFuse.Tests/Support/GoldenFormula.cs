using System.Text.Json;
using RawFuse.Kernels;
using Xunit.Abstractions;

namespace RawFuse.Tests.Support;

/// <summary>The formula that gives the goldens' weights and inputs (see Golden/models/README.md).</summary>
internal static class GoldenFormula
{
    public static float[] Values(int count, uint p)
    {
        var values = new float[count];
        for (uint k = 0; k < count; k++)
        {
            uint x = unchecked((k * 0x9E3779B1) + (p * 0x85EBCA77) + 0x27220A95);
            x ^= x >> 15;
            x *= 0x2C1B3C6D;
            x ^= x >> 12;
            x *= 0x297A2D39;
            x ^= x >> 15;
            values[k] = ((int)(x >> 8) - 8388608) / 8388608f;
        }

        return values;
    }

    /// <summary>Fills every stored tensor; the formula's p is the tensor's place in PyTorch's state dictionary, batch counts included.</summary>
    public static Network Fill(Network network)
    {
        uint p = 0;
        foreach (ParameterSpec parameter in network.Definition.Parameters)
        {
            float[] values = Values(parameter.Shape.Length, p++);
            double factor = parameter.Role == ParameterRole.Weight ? Math.Sqrt(6.0 / Product(parameter.FileShape)) : parameter.Role == ParameterRole.RunningVariance ? 0.5 : 0.1;
            double offset = parameter.Role is ParameterRole.Gamma or ParameterRole.RunningVariance ? 1 : 0;
            for (int i = 0; i < values.Length; i++) values[i] = (float)(offset + (factor * values[i]));
            network[parameter.Name].Set(parameter.FromFile(values));
            if (parameter.Role == ParameterRole.RunningVariance) p++;
        }

        return network;
    }

    /// <summary>Images [N, 32, 32, 3] from the formula's NCHW order.</summary>
    public static Tensor Images(Device device, int count, uint p) => Tensor.From(device, new Shape(count, 32, 32, 3), Pixels(count, p));

    /// <summary>The pixels of such images, [N, 32, 32, 3].</summary>
    public static float[] Pixels(int count, uint p) => Nhwc<float>(Values(count * 3 * 32 * 32, p), count, 3);

    /// <summary>Images in PyTorch's order, changed to the engine's.</summary>
    public static T[] Nhwc<T>(ReadOnlySpan<T> nchw, int images, int channels)
    {
        int pixels = nchw.Length / images / channels;
        var nhwc = new T[nchw.Length];
        for (int n = 0; n < images; n++)
            for (int c = 0; c < channels; c++)
                for (int pixel = 0; pixel < pixels; pixel++)
                    nhwc[(((n * pixels) + pixel) * channels) + c] = nchw[(((n * channels) + c) * pixels) + pixel];
        return nhwc;
    }

    /// <summary>A weight tensor that a golden describes by shape and p, in PyTorch's order.</summary>
    public static float[] Weights(JsonElement tensor)
    {
        int[] shape = [.. tensor.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];
        int fan = shape.Skip(1).Aggregate((product, size) => product * size);
        return Weights(shape[0] * fan, fan, tensor.GetProperty("p").GetUInt32());
    }

    /// <summary>A weight tensor of so many weights: sqrt(6 / fan) times the formula.</summary>
    public static float[] Weights(int count, int fan, uint p)
    {
        double bound = Math.Sqrt(6.0 / fan);
        return Array.ConvertAll(Values(count, p), value => (float)(bound * value));
    }

    /// <summary>Writes down how far a quantity is from its golden, and fails where that is too far.</summary>
    public static void Check(this ITestOutputHelper output, string what, double error, double tolerance)
    {
        output.WriteLine($"{what}: {error:E1}");
        Assert.True(error <= tolerance, $"{what}: the relative error is {error:E2}, more than {tolerance:E1}.");
    }

    /// <summary>The first values of a tensor of images in PyTorch's order: along the first channel's first row.</summary>
    public static float[] FirstPixels(Tensor images, int count)
    {
        float[] values = images.ToArray();
        return [.. Enumerable.Range(0, count).Select(x => values[x * images.Shape[3]])];
    }

    /// <summary>Euclidean length.</summary>
    public static double Norm(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values) sum += (double)value * value;
        return Math.Sqrt(sum);
    }

    /// <summary>
    /// Distance of a tensor from what a golden tells of it: of its length, and of its first values relative to the largest of them or,
    /// where all are small, to the tensor's root mean square.
    /// </summary>
    public static double SummaryError(float[] actual, JsonElement golden, string first = "first")
    {
        double[] expected = golden.GetProperty(first).Doubles();
        double error = 0, length = golden.TryGetProperty("l2", out JsonElement l2) ? l2.GetDouble() : double.NaN;
        double scale = double.IsNaN(length) ? 0 : length / Math.Sqrt(actual.Length);
        foreach (double value in expected) scale = Math.Max(scale, Math.Abs(value));
        for (int i = 0; i < expected.Length; i++) error = Math.Max(error, Math.Abs(actual[i] - expected[i]) / scale);
        return double.IsNaN(length) ? error : Math.Max(error, Math.Abs((Norm(actual) / length) - 1));
    }

    public static JsonElement Read(string file) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", file))).RootElement;

    public static double[] Doubles(this JsonElement array) => [.. array.EnumerateArray().Select(element => element.GetDouble())];

    /// <summary>Largest distance, relative to the largest magnitude expected.</summary>
    public static double RelativeError(ReadOnlySpan<float> actual, ReadOnlySpan<double> expected)
    {
        double distance = 0, scale = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            distance = Math.Max(distance, Math.Abs(actual[i] - expected[i]));
            scale = Math.Max(scale, Math.Abs(expected[i]));
        }

        return distance / scale;
    }

    private static long Product(Shape fileShape) => fileShape.ToArray().Skip(1).Aggregate(1L, (product, size) => product * size);
}
