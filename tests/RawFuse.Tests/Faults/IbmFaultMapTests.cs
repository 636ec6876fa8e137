using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Faults;

/// <summary>Chips of the paper's reference implementation, bit for bit.</summary>
public sealed class IbmFaultMapTests : IDisposable
{
    private readonly JsonDocument goldens = Open("faults_goldens.json");

    public void Dispose() => goldens.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Random_fields_equal_NumPys(uint seed)
    {
        JsonElement expected = goldens.RootElement.GetProperty("rng_rand_8192x128").GetProperty(seed.ToString(CultureInfo.InvariantCulture));
        var field = new double[IbmFaultMap.Rows * 128];
        var twister = new MersenneTwister(seed);
        for (int i = 0; i < field.Length; i++) field[i] = twister.NextDouble();
        string[] first = [.. expected.GetProperty("first8").EnumerateArray().Select(value => value.GetString()!)];
        Assert.Equal(first, field.Take(8).Select(value => value.ToString("R", CultureInfo.InvariantCulture)));
        Assert.Equal(expected.GetProperty("last").GetString(), field[^1].ToString("R", CultureInfo.InvariantCulture));
        var bytes = new byte[8 * field.Length];
        for (int i = 0; i < field.Length; i++) BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(8 * i), field[i]);
        Assert.Equal(expected.GetProperty("sha256_f64le").GetString(), Sha256(bytes));
    }

    /// <summary>From any place in the sequence on, over the end of the generator's state, for limits that numbers can equal.</summary>
    [Theory]
    [InlineData(0, 0.0)]
    [InlineData(1, 0.25)]
    [InlineData(7, 1.0)]
    [InlineData(8, 0.01)]
    [InlineData(311, 0.5)]
    [InlineData(312, 0.035)]
    public void Comparing_numbers_equals_drawing_them(int skipped, double limit)
    {
        MersenneTwister drawn = new(3), compared = new(3);
        for (int i = 0; i < skipped; i++) Assert.Equal(drawn.NextDouble(), compared.NextDouble());
        var bits = new byte[500];
        compared.CompareDoubles(limit, bits);
        for (int i = 0; i < 8 * bits.Length; i++) Assert.Equal(drawn.NextDouble() < limit, (bits[i / 8] >> (i % 8) & 1) != 0);
        Assert.Equal(drawn.NextDouble(), compared.NextDouble());

        double next = drawn.NextDouble();
        foreach ((double value, int bit) in ((double, int)[])[(next, 0), (double.BitIncrement(next), 1)])
        {
            var again = new MersenneTwister(3);
            for (int i = 0; i < skipped + (8 * bits.Length) + 1; i++) again.NextDouble();
            var first = new byte[1];
            again.CompareDoubles(value, first);
            Assert.Equal(bit, first[0] & 1);
        }
    }

    [Fact]
    public void Maps_equal_the_goldens()
    {
        foreach (JsonElement golden in goldens.RootElement.GetProperty("cases").EnumerateArray())
        {
            FaultMap map = IbmFaultMap.Draw(golden.GetProperty("seed").GetUInt32(), golden.GetProperty("ber").GetDouble());
            Assert.Equal(golden.GetProperty("packed_sha256_or").GetString(), Sha256(map.StuckAt1));
            Assert.Equal(golden.GetProperty("packed_sha256_clr").GetString(), Sha256(map.StuckAt0));

            // The goldens name cells after the stored bit that they change: one that is stuck at 1 flips a 0.
            byte[] flip0 = Bits(map.StuckAt1), flip1 = Bits(map.StuckAt0);
            Assert.Equal(golden.GetProperty("bits_sha256_u8_flip0").GetString(), Sha256(flip0));
            Assert.Equal(golden.GetProperty("bits_sha256_u8_flip1").GetString(), Sha256(flip1));
            Assert.Equal(golden.GetProperty("count_flip0").GetInt32(), flip0.Count(bit => bit != 0));
            Assert.Equal(golden.GetProperty("count_flip1").GetInt32(), flip1.Count(bit => bit != 0));
        }
    }

    /// <summary>OR masks, AND masks and faulty weights of every tensor, in both tilings.</summary>
    [Fact]
    public void Faulty_weights_equal_the_goldens()
    {
        JsonElement tensors = goldens.RootElement.GetProperty("tensors");
        Dictionary<string, sbyte[]> weights = tensors.EnumerateObject().ToDictionary(tensor => tensor.Name, tensor => Quantize(GoldenFormula.Weights(tensor.Value)));
        foreach (JsonElement golden in goldens.RootElement.GetProperty("cases").EnumerateArray())
        {
            using ChipMemory tiled = Memory(golden, SramMapping.Ibm), untiled = Memory(golden, SramMapping.IbmUntiled);
            foreach (JsonProperty tensor in golden.GetProperty("tensors").EnumerateObject())
            {
                sbyte[] clean = weights[tensor.Name];
                Assert.Equal(tensor.Value.GetProperty("sha256_q").GetString(), Sha256(clean));
                SramPlace place = SramLayout.Place(SramMapping.Ibm, [(tensor.Name, clean.Length)])[0];

                // A cell stuck at 1 turns a 0 into the OR mask; one stuck at 0 turns all ones into the AND mask.
                Assert.Equal(tensor.Value.GetProperty("sha256_or").GetString(), Sha256(Faulty(tiled, new sbyte[clean.Length], place).Weights));
                sbyte[] ones = [.. Enumerable.Repeat((sbyte)-1, clean.Length)];
                Assert.Equal(tensor.Value.GetProperty("sha256_and").GetString(), Sha256(Faulty(tiled, ones, place).Weights));

                (sbyte[] faulty, FaultReport report) = Faulty(tiled, clean, place);
                Assert.Equal(tensor.Value.GetProperty("sha256_qpert").GetString(), Sha256(faulty));
                Check(tensor.Value.GetProperty("ref"), report);
                (faulty, report) = Faulty(untiled, clean, place);
                Assert.Equal(tensor.Value.GetProperty("sha256_qpert_intended").GetString(), Sha256(faulty));
                Check(tensor.Value.GetProperty("intended"), report);
            }
        }

        static void Check(JsonElement expected, FaultReport report)
        {
            Assert.Equal(expected.GetProperty("flip_frac").GetDouble(), report.BitsChanged / (8.0 * report.Weights), 1e-12);
            Assert.Equal(expected.GetProperty("changed_frac").GetDouble(), report.WeightsChanged / (double)report.Weights, 1e-12);
        }
    }

    /// <summary>
    /// The reference's tiling makes the share of changed weights in the first layer three times as variable as independent
    /// cells do. The golden's 60 chips are not named, so these are 60 others: both the mean and the deviation are compared
    /// within about four times their own uncertainty.
    /// </summary>
    [Theory]
    [InlineData(SramMapping.Ibm, "ref")]
    [InlineData(SramMapping.IbmUntiled, "int")]
    public void Spread_over_chips_is_like_the_golden(SramMapping mapping, string name)
    {
        using JsonDocument statistics = Open("fault_stats.json");
        double goldenMean = statistics.RootElement.GetProperty(name).GetProperty("conv1_mean").GetDouble();
        double goldenDeviation = statistics.RootElement.GetProperty(name).GetProperty("conv1_std").GetDouble();
        sbyte[] weights = Quantize(GoldenFormula.Weights(1728, 27, p: 0));
        double[] changed = new double[60];
        for (int chip = 0; chip < changed.Length; chip++)
        {
            using var memory = new ChipMemory(FaultTestData.OneThread, new Chip((ulong)chip, 0.01, mapping: mapping));
            changed[chip] = Faulty(memory, weights, new SramPlace("conv1", weights.Length, 0)).Report.WeightsChanged / (double)weights.Length;
        }

        double mean = changed.Average();
        Assert.Equal(goldenMean, mean, 4 * goldenDeviation * Math.Sqrt(2.0 / 60));
        Assert.InRange(Math.Sqrt(changed.Average(share => (share - mean) * (share - mean))), goldenDeviation * 0.6, goldenDeviation * 1.5);
    }

    /// <summary>In the engine's order the map's faults are the same ones.</summary>
    [Theory]
    [InlineData(SramMapping.Ibm)]
    [InlineData(SramMapping.IbmUntiled)]
    public void Masks_equal_injection(SramMapping mapping)
    {
        sbyte[] oihw = FaultTestData.Weights(40 * 30 * 9), hwio = FaultTestData.ToHwio(oihw, 40, 30, 9);
        using var memory = new ChipMemory(FaultTestData.TwoThreads, new Chip(11, 0.05, FaultModel.Flip, mapping));
        SramPlace place = SramLayout.Place(mapping, [("first", 100), ("weight", oihw.Length)])[1];
        using Storage<sbyte> packed = FaultTestData.TwoThreads.Allocate<sbyte>(hwio);
        using Storage<byte> mask = FaultTestData.TwoThreads.Allocate<byte>(hwio.Length);
        memory.DrawMask(packed, 40, 30, 9, place, mask);
        FaultTestData.TwoThreads.Run<ApplyFaultMask, ApplyFaultMaskArgs>(new ApplyFaultMaskArgs(packed, hwio.Length, mask));
        (sbyte[] faulty, FaultReport report) = Faulty(memory, oihw, place);
        Assert.Equal(FaultTestData.ToHwio(faulty, 40, 30, 9), packed.ToArray());
        Assert.Equal(report.CellsFaulty, report.BitsChanged);
    }

    private static (sbyte[] Weights, FaultReport Report) Faulty(ChipMemory memory, sbyte[] clean, SramPlace place)
    {
        sbyte[] weights = [.. clean];
        FaultReport report = memory.InjectAndCount(weights, place);
        return (weights, report);
    }

    private static ChipMemory Memory(JsonElement golden, SramMapping mapping) =>
        new(FaultTestData.OneThread, new Chip(golden.GetProperty("seed").GetUInt64(), golden.GetProperty("ber").GetDouble(), mapping: mapping));

    /// <summary>The goldens' weights, quantized to 8 bits as the reference does.</summary>
    private static sbyte[] Quantize(float[] weights)
    {
        float delta = weights.Max(Math.Abs) / 127;
        return Array.ConvertAll(weights, weight => (sbyte)MathF.Round(weight / delta, MidpointRounding.ToEven));
    }

    private static byte[] Bits(ReadOnlySpan<byte> bytes)
    {
        var bits = new byte[8 * bytes.Length];
        for (int i = 0; i < bits.Length; i++) bits[i] = (byte)((bytes[i / 8] >> (i % 8)) & 1);
        return bits;
    }

    private static string Sha256(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static string Sha256(sbyte[] bytes) => Sha256(Array.ConvertAll(bytes, value => (byte)value));

    private static JsonDocument Open(string name) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", "faults", name)));
}
