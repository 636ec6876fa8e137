using RawFuse.Kernels;
using RawFuse.Tests.Support;
using static RawFuse.Tests.Kernels.TestData;

namespace RawFuse.Tests.Kernels;

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
    ];

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
