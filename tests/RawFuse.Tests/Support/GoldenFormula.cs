using System.Text.Json;
using RawFuse.Kernels;

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
    public static Tensor Images(Device device, int count, uint p)
    {
        float[] nchw = Values(count * 3 * 32 * 32, p);
        var nhwc = new float[nchw.Length];
        for (int n = 0; n < count; n++)
            for (int c = 0; c < 3; c++)
                for (int pixel = 0; pixel < 1024; pixel++)
                    nhwc[(((n * 1024) + pixel) * 3) + c] = nchw[(((n * 3) + c) * 1024) + pixel];
        return Tensor.From(device, new Shape(count, 32, 32, 3), nhwc);
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
