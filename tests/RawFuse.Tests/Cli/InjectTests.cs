using System.Numerics;
using System.Text.Json;
using RawFuse.Serialization;
using RawFuse.Tests.Serialization;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Cli;

/// <summary><c>rawfuse inject</c> against the reference's faulty weights, and what it does to the rest of a file.</summary>
[Collection(Tool.Collection)]
public sealed class InjectTests : IDisposable
{
    private static readonly (string Name, int[] Shape)[] Golden = [("conv4x3x3x3", [4, 3, 3, 3]), ("conv64x3x3x3", [64, 3, 3, 3]), ("linear10x512", [10, 512])];

    private static readonly string[] CountKeys = ["weights", "cellsFaulty", "bitsChanged", "weightsChanged"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(0, "0.005")]
    [InlineData(0, "0.01")]
    [InlineData(0, "0.5")]
    [InlineData(1, "0.005")]
    [InlineData(1, "0.01")]
    [InlineData(1, "0.5")]
    public void FaultyWeightsAndCountsAreTheReferences(int chip, string ber)
    {
        WriteGoldens("w.safetensors", type: SafetensorsType.F32);
        WriteGoldens("q.safetensors", type: SafetensorsType.I8);
        JsonElement fromFloats = Inject("w", chip, ber, "ibm"), fromBytes = Inject("q", chip, ber, "ibm");
        SafetensorsFile floats = Read("w.out"), bytes = Read("q.out");
        long cells = 0, bits = 0, weights = 0;
        for (int i = 0; i < Golden.Length; i++)
        {
            string name = Golden[i].Name, tag = $"{name}_s{chip}_b{ber}.bin";
            byte[] clean = Bytes($"q_{name}.bin"), faulty = Bytes($"qpert_{tag}"), or = Bytes($"or_{tag}"), and = Bytes($"and_{tag}");
            foreach (SafetensorsFile file in (SafetensorsFile[])[floats, bytes])
            {
                SafetensorsTensor tensor = file.Get(name);
                Assert.Equal(SafetensorsType.I8, tensor.Type);
                Assert.Equal(Golden[i].Shape, tensor.Shape.ToArray());
                Assert.Equal(faulty, tensor.Bytes.ToArray());
            }

            SafetensorsTensor scale = floats.Get(name + ".scale");
            Assert.Equal(0, scale.Shape.Length);
            Assert.Equal(GoldenDelta(name), scale.AsFloat32()[0]);
            Assert.False(bytes.TryGet(name + ".scale", out _));

            long[] expected =
            [
                clean.Length, Count(or.Zip(and, (o, a) => o | (byte)~a)), Count(clean.Zip(faulty, (a, b) => a ^ b)),
                clean.Zip(faulty).Count(pair => pair.First != pair.Second),
            ];
            foreach (JsonElement json in (JsonElement[])[fromFloats, fromBytes])
            {
                JsonElement report = json.GetProperty("tensors")[i];
                Assert.Equal(name, report.GetProperty("name").GetString());
                Assert.Equal(expected, CountKeys.Select(key => report.GetProperty(key).GetInt64()));
            }

            (weights, cells, bits) = (weights + expected[0], cells + expected[1], bits + expected[2]);
        }

        Assert.Equal(double.Parse(ber, System.Globalization.CultureInfo.InvariantCulture), fromFloats.GetProperty("requestedBer").GetDouble());
        Assert.Equal(cells / (8.0 * weights), fromFloats.GetProperty("cellBer").GetDouble());
        Assert.Equal(bits / (8.0 * weights), fromFloats.GetProperty("flipRate").GetDouble());
    }

    [Fact]
    public void BytesThatWereQuantizedBeforeMeetTheSameFaultsInEveryMapping()
    {
        WriteGoldens("w.safetensors", type: SafetensorsType.F32);
        WriteGoldens("q.safetensors", type: SafetensorsType.I8);
        foreach (string mapping in (string[])["ibm", "ibm-untiled", "physical"])
        {
            foreach (string model in (string[])["stuck-at", "flip"])
            {
                JsonElement floats = Inject("w", 7, "0.05", mapping, "--model " + model), bytes = Inject("q", 7, "0.05", mapping, "--model " + model);
                Assert.Equal(floats.ToString(), bytes.ToString());
                Assert.Equal((mapping, model), (floats.GetProperty("mapping").GetString(), floats.GetProperty("model").GetString()));
                foreach ((string name, int[] _) in Golden) Assert.Equal(Read("w.out").Get(name).Bytes.ToArray(), Read("q.out").Get(name).Bytes.ToArray());
            }
        }
    }

    /// <summary>In the reference's mappings every tensor starts at row 0; physical tensors lie one behind another.</summary>
    [Theory]
    [InlineData("ibm", true)]
    [InlineData("ibm-untiled", true)]
    [InlineData("physical", false)]
    public void EqualTensorsMeetEqualFaultsOnlyInTheReferencesMappings(string mapping, bool equal)
    {
        var zeros = new sbyte[512];
        SafetensorsFile.Write(
            folder.File("w.safetensors"), [SafetensorsTensor.FromInt8("a", [512], zeros), SafetensorsTensor.FromInt8("b", [2, 2, 2, 8, 8], zeros)]);
        Inject("w", 3, "0.1", mapping, "--model flip");
        byte[] a = Read("w.out").Get("a").Bytes.ToArray(), b = Read("w.out").Get("b").Bytes.ToArray();
        Assert.Contains(a, value => value != 0);
        Assert.Equal(equal, a.AsSpan().SequenceEqual(b));
    }

    [Fact]
    public void EverythingElseIsCopied()
    {
        Half[] halves = [(Half)1, (Half)(-0.5), (Half)0.25, (Half)0.126];
        double[] doubles = [254, -127, 3, -1e-300];
        ushort[] brains = [0x4100, 0xC100, 0x4000, 0x0000];
        SafetensorsTensor[] tensors =
        [
            SafetensorsTensor.FromFloat32("bias", [3], [1, float.NaN, -2]), SafetensorsTensor.FromInt64("count", [], [77]),
            SafetensorsTensor.FromFloat32("cube", [1, 2, 2], [1, 2, 3, 4]), SafetensorsTensor.FromFloat32("zero", [2, 2], new float[4]),
            SafetensorsTensor.FromFloat32("none", [0, 4], []), Raw("half", SafetensorsType.F16, [2, 2], halves),
            Raw("brain", SafetensorsType.BF16, [1, 4, 1, 1], brains), Raw("double", SafetensorsType.F64, [4, 1], doubles),
            Raw("flags", SafetensorsType.Bool, [2, 2], new byte[] { 1, 0, 1, 1 }), Raw("wide", SafetensorsType.F64, [2], new double[] { 1, 2 }),
            Raw("unsigned", SafetensorsType.U16, [2, 2], new ushort[] { 1, 2, 3, 65535 }),
            Raw("tiny", SafetensorsType.F8E4M3, [1, 1, 1, 3], new byte[] { 0x7F, 0x80, 1 }),
        ];
        SafetensorsFile.Write(folder.File("w.safetensors"), tensors, new Dictionary<string, string> { ["format"] = "pt", ["made"] = "by hand" });
        JsonElement json = Inject("w", 5, "0", "ibm");
        SafetensorsFile file = Read("w.out");
        Assert.Equal([("format", "pt"), ("made", "by hand")], file.Metadata.Select(pair => (pair.Key, pair.Value)));
        foreach (string name in (string[])["bias", "count", "cube", "flags", "wide", "unsigned", "tiny"])
        {
            SafetensorsTensor before = tensors.Single(tensor => tensor.Name == name), after = file.Get(name);
            Assert.Equal(before.Type, after.Type);
            Assert.Equal(before.Shape.ToArray(), after.Shape.ToArray());
            Assert.Equal(before.Bytes.ToArray(), after.Bytes.ToArray());
        }

        // Without faults the bytes are the quantized ones: halves go to even, 0.126 * 127 = 16.0 is stored as float16 first, tensors of zeros have scale 0.
        (string Name, sbyte[] Bytes, float Scale)[] quantized =
        [
            ("zero", [0, 0, 0, 0], 0), ("none", [], 0), ("half", [127, -64, 32, 16], 1 / 127f), ("brain", [127, -127, 32, 0], 8 / 127f),
            ("double", [127, -64, 2, 0], 2),
        ];
        IEnumerable<string?> reported = json.GetProperty("tensors").EnumerateArray().Select(tensor => tensor.GetProperty("name").GetString());
        Assert.Equal(quantized.Select(tensor => tensor.Name), reported);
        foreach ((string name, sbyte[] bytes, float scale) in quantized)
        {
            Assert.Equal(bytes, file.Get(name).AsInt8().ToArray());
            Assert.Equal(scale, file.Get(name + ".scale").AsFloat32()[0]);
        }

        Assert.Equal(tensors.Length + quantized.Length, file.Tensors.Count);
        Assert.Equal(["w.out", "w.safetensors"], folder.Names);
    }

    [Theory]
    [InlineData(8, 127)]
    [InlineData(4, 7)]
    [InlineData(2, 1)]
    public void BitsDecideTheRange(int bits, int levels)
    {
        SafetensorsFile.Write(folder.File("w.safetensors"), [SafetensorsTensor.FromFloat32("w", [2, 2], [-1, 1, 0.75f, 0])]);
        JsonElement json = Inject("w", 1, "0", "ibm", $"--bits {bits}");
        Assert.Equal(bits, json.GetProperty("bits").GetInt32());
        Assert.Equal([(sbyte)-levels, (sbyte)levels, (sbyte)MathF.Round(0.75f / (1f / levels)), 0], Read("w.out").Get("w").AsInt8().ToArray());
        Assert.Equal(1f / levels, Read("w.out").Get("w.scale").AsFloat32()[0]);
    }

    private JsonElement Inject(string name, int chip, string ber, string mapping, string more = "") => JsonDocument.Parse(Tool.Succeed(
        folder, $"inject --weights @{name}.safetensors --ber {ber} --chip {chip} --mapping {mapping} --out @{name}.out --json - {more}")).RootElement;

    private SafetensorsFile Read(string name) => SafetensorsFile.Read(folder.File(name));

    private void WriteGoldens(string file, SafetensorsType type)
    {
        (string kind, string ending) = type == SafetensorsType.I8 ? ("q", "bin") : ("w", "f32");
        SafetensorsFile.Write(
            folder.File(file), [.. Golden.Select(tensor => new SafetensorsTensor(tensor.Name, type, tensor.Shape, Bytes($"{kind}_{tensor.Name}.{ending}")))]);
    }

    private static byte[] Bytes(string golden) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", "faults", golden));

    private static float GoldenDelta(string name)
    {
        JsonElement tensors = GoldenFormula.Read("faults/faults_goldens.json").GetProperty("cases")[0].GetProperty("tensors");
        return BitConverter.UInt32BitsToSingle(Convert.ToUInt32(tensors.GetProperty(name).GetProperty("delta_bits").GetString(), 16));
    }

    private static long Count(IEnumerable<int> values) => values.Sum(value => (long)BitOperations.PopCount((uint)value));

    private static SafetensorsTensor Raw<T>(string name, SafetensorsType type, int[] shape, T[] values)
        where T : unmanaged => new(name, type, shape, System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
}
