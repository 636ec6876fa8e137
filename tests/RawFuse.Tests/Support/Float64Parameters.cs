using RawFuse.Kernels;

namespace RawFuse.Tests.Support;

/// <summary>The numbers of float32 networks as <see cref="Float64Network"/> takes them.</summary>
public static class Float64Parameters
{
    /// <summary>A network's parameters, weights rounded to 8 bits in float32 as the reference does even where it computes in float64.</summary>
    public static Func<ParameterSpec, double[]> Of(Network network) => Cached(parameter =>
    {
        if (parameter.Role != ParameterRole.Weight) return Array.ConvertAll(network[parameter.Name].ToArray(), value => (double)value);
        using QuantizedWeights quantized = QuantizedWeights.From(network[parameter.Name], 8);
        return Dequantize(quantized, quantized.Packed.ToArray());
    });

    /// <summary>The same with the weights that a set of faults makes of them.</summary>
    public static Func<ParameterSpec, double[]> Of(Network network, FrozenNetwork frozen, WeightFaults faults, int set)
    {
        Dictionary<string, FrozenWeights> weights = frozen.Weights.ToDictionary(one => one.Layer.Weight.Name);
        return Cached(parameter =>
        {
            if (!weights.TryGetValue(parameter.Name, out FrozenWeights? one))
                return Array.ConvertAll(network[parameter.Name].ToArray(), value => (double)value);
            sbyte[] bytes = one.Quantized.Packed.ToArray();
            ReadOnlySpan<byte> mask = faults[one.Layer].ToArray().AsSpan(set * bytes.Length, bytes.Length);
            for (int i = 0; i < bytes.Length; i++) bytes[i] = (sbyte)((byte)bytes[i] ^ mask[i]);
            return Dequantize(one.Quantized, bytes);
        });
    }

    private static double[] Dequantize(QuantizedWeights weights, sbyte[] bytes) => Array.ConvertAll(bytes, value => (double)(value * weights.Scale));

    private static Func<ParameterSpec, double[]> Cached(Func<ParameterSpec, double[]> make)
    {
        var known = new Dictionary<string, double[]>();
        return parameter => known.TryGetValue(parameter.Name, out double[]? values) ? values : known[parameter.Name] = make(parameter);
    }
}
