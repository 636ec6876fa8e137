using CsCheck;

namespace RawFuse.Tests.Properties;

/// <summary>Random values that several properties draw from. A failure prints its seed; shrinking finds a small case.</summary>
internal static class Draw
{
    /// <summary>Samples per property, on one thread: the suite's other tests run beside it.</summary>
    public const int Samples = 300;

    /// <summary>Finite weights of every magnitude a network may hold, exact zeros and equal magnitudes among them.</summary>
    public static Gen<float> Weight { get; } = Gen.Frequency(
        (6, Gen.Float[-1f, 1f]),
        (2, Gen.Float[-1e-30f, 1e-30f]),
        (2, Gen.Float[-1e30f, 1e30f]),
        (1, Gen.Const(0f)),
        (2, Gen.Int[-8, 8].Select(n => n / 8f)));

    public static Gen<int> Bits { get; } = Gen.Int[2, 8];

    public static Gen<uint> Seed { get; } = Gen.UInt[0, uint.MaxValue - 1];

    /// <summary>Bit error rates, 0 and 1 and the tiny ones among them.</summary>
    public static Gen<double> BitErrorRate { get; } = Gen.Frequency(
        (6, Gen.Double[0, 0.1]), (2, Gen.Double[0, 1]), (1, Gen.Const(0.0)), (1, Gen.Const(1.0)), (1, Gen.Double[0, 1e-8]));

    public static Gen<sbyte[]> Bytes { get; } = Gen.SByte.Array[0, 700];

    public static void Holds<T>(this Gen<T> gen, Action<T> property, int samples = Samples) => gen.Sample(property, iter: samples, threads: 1);
}
