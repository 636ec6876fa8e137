using RawFuse.Kernels;
using static RawFuse.KernelCases.TestData;

namespace RawFuse.KernelCases;

/// <summary>Quantization: ranges, bytes and rounded numbers, all exact.</summary>
internal static class QuantCases
{
    public static readonly KernelCase[] All =
    [
        Maximum("reals", TestData.Reals),
        Maximum("extremes", TestData.RealsAndExtremes),
        Maximum("a negative one", (_, length) => [.. Enumerable.Range(0, length).Select(i => i == length / 2 ? -7.5f : 0.25f * (i % 5))]),
        Maximum("zeros", (_, length) => new float[length]),
        Maximum("an infinity", (_, length) => [.. Enumerable.Range(0, length).Select(i => i == length - 1 ? float.NegativeInfinity : i)]),
        Rounded("8 bits", 127, TestData.Reals),
        Rounded("4 bits", 7, TestData.Reals),
        Rounded("2 bits", 1, TestData.Reals),
        Rounded("zeros", 127, (_, length) => new float[length]),
        Rounded("tiny numbers", 127, (random, length) => Array.ConvertAll(random.Reals(length), x => x * 1e-30f)),

        // A step that float32 can only represent coarsely would take the largest numbers beyond 127, and around to negative bytes: all are zeros then.
        Rounded("subnormal numbers", 127, (random, length) => [.. Enumerable.Range(0, length).Select(i => float.Epsilon * random.Next(-180, 181))]),

        // With 127 among them the step is 1: halves are ties.
        Rounded("halves", 127, (random, length) => [.. Enumerable.Range(0, length).Select(i => i == 0 ? -127 : random.Next(-254, 255) / 2f)]),

        // Within the bytes' range, beyond it, ties, and infinities.
        Activations("signed", true, 60, TestData.Reals),
        Activations("unsigned", false, 150, TestData.Reals),
        Activations("signed, far beyond", true, 1e6f, TestData.Reals),
        Activations("unsigned, far beyond", false, 1e30f, TestData.Reals),
        Activations("signed halves", true, 0.5f, (random, length) => [.. Enumerable.Range(0, length).Select(_ => (float)random.Next(-300, 301))]),
        Activations("unsigned halves", false, 0.5f, (random, length) => [.. Enumerable.Range(0, length).Select(_ => (float)random.Next(-100, 601))]),
        Activations(
            "infinities", true, 1,
            (random, length) => [.. Enumerable.Range(0, length).Select(i => i % 3 == 0 ? float.PositiveInfinity : i % 3 == 1 ? float.NegativeInfinity : i)]),
    ];

    private static KernelCase Activations(string name, bool isSigned, float factor, Func<Random, int, float[]> numbers) => new($"activations {name}", run =>
    {
        foreach (int length in Lengths(run))
        {
            float[] x = numbers(run.Random, length);
            byte[] q = run.Random.Bytes(length);
            Storage<byte> bytes = run.Output<byte>(length);
            Storage<float> floats = run.Output<float>(length);
            run.Launch<QuantizeActivations, QuantizeActivationsArgs>(new(run.Input(x), factor, length, new ByteValues(bytes, isSigned)));
            run.Launch<DequantizeActivations, DequantizeActivationsArgs>(new(new ByteValues(run.Input(q), isSigned), factor, length, floats));
            (int lowest, int highest) = isSigned ? (-127, 127) : (0, 255);
            run.Expect(bytes, Tolerance.Exact, () => Each(length, i => (byte)(int)Math.Round(Math.Clamp((double)(x[i] * factor), lowest, highest), MidpointRounding.ToEven)));
            run.Expect(floats, Tolerance.Exact, () => Each(length, i => (isSigned ? (sbyte)q[i] : q[i]) * factor));
        }
    });

    private static KernelCase Maximum(string name, Func<Random, int, float[]> numbers) => new($"absolute maximum of {name}", run =>
    {
        foreach (int length in Lengths(run))
        {
            float[] x = numbers(run.Random, length);
            Storage<float> maximum = run.Output<float>(1);
            run.Launch<AbsoluteMaximum, AbsoluteMaximumArgs>(new(run.Input(x), length, maximum));
            static float Larger(float largest, float value) => float.IsNaN(largest) || Math.Abs(value) <= largest ? largest : Math.Abs(value);
            run.Expect(maximum, Tolerance.Exact, () => [x.Aggregate(0f, Larger)]);
        }
    });

    private static KernelCase Rounded(string name, int levels, Func<Random, int, float[]> numbers) => new($"quantize {name}", run =>
    {
        foreach (int length in Lengths(run))
        {
            float[] x = numbers(run.Random, length);
            float range = x.Select(Math.Abs).DefaultIfEmpty(0).Max(), delta = range / levels;
            Storage<float> input = run.Input(x), maximum = run.Input([range]), rounded = run.InOut(x);
            Storage<sbyte> packed = run.Output<sbyte>(length);
            run.Launch<Quantize, QuantizeArgs>(new(input, maximum, length, levels, packed, null));
            run.Launch<FakeQuantize, QuantizeArgs>(new(rounded, maximum, length, levels, null, rounded));
            double Integer(int i) => !float.IsNormal(delta) ? 0 : Math.Round((double)(x[i] / delta), MidpointRounding.ToEven);
            run.Expect(packed, Tolerance.Exact, () => Each(length, Integer));
            run.Expect(rounded, Tolerance.Exact, () => Each(length, i => Integer(i) * delta));
        }
    });
}
