using System.Runtime.InteropServices;
using System.Text.Json;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Generators;
using RawFuse.NeuralFuse.Models;
using RawFuse.Serialization;
using RawFuse.Tests.Serialization;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Cli;

/// <summary>
/// <c>--device</c>: commands on the emulator against the CPU, where that takes seconds. Even the smallest base model takes longer there; inference, evaluation and training
/// have tests of their own, with toy networks.
/// </summary>
[Collection(Tool.Collection)]
public sealed class DeviceOptionTests : IDisposable
{
    /// <summary>Rounding of float32.</summary>
    private const double Tolerance = 1e-6;

    private const string Emulator = "--device emulator";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("--mapping ibm")]
    [InlineData("--mapping physical --model flip --sram 2x16x128 --row-ber 0.1")]
    public void InjectGivesTheSameFile(string chip)
    {
        float[] weights = [.. Enumerable.Range(0, 108).Select(i => MathF.Sin(i))];
        SafetensorsFile.Write(
            folder.File("w.st"),
            [
                new SafetensorsTensor("w", SafetensorsType.F32, [4, 3, 3, 3], MemoryMarshal.AsBytes(weights.AsSpan()).ToArray()),
                SafetensorsTensor.FromInt8("q", [5, 7], [.. Enumerable.Range(0, 35).Select(i => (sbyte)((i * 7) - 128))]),
            ]);
        string command = $"inject --weights @w.st --chip 7 --ber 0.1 {chip} --json -";
        string expected = Tool.Succeed(folder, $"{command} --out @cpu.st"), found = Tool.Succeed(folder, $"{command} --out @gpu.st {Emulator}");
        Assert.Equal(expected, found);
        Assert.Equal(File.ReadAllBytes(folder.File("cpu.st")), File.ReadAllBytes(folder.File("gpu.st")));
    }

    [Fact]
    public void AGeneratorsImagesAreClose()
    {
        using (var device = new CpuDevice(1))
        using (var network = new Network(Generator.Define("UIP"), device, seed: 1))
        {
            network["U"].Set([.. Enumerable.Range(0, network["U"].Length).Select(i => MathF.Sin(i))]);
            ModelFile.Save(network, new ModelInfo(ModelKind.Fuse, "UIP", 16, 32, 8, "signs"), folder.File("fuse.st"));
        }

        NpyFile.Write(folder.File("x.npy"), [2, 32, 32, 3], GoldenFormula.Pixels(2, 5));
        double[] expected = [.. Images("").Data.Select(value => (double)value)];
        NpyArray found = Images(Emulator);
        Assert.Equal([2, 32, 32, 3], found.Shape);
        Assert.InRange(GoldenFormula.RelativeError(found.Data, expected), 0, Tolerance);

        NpyArray Images(string device)
        {
            Tool.Succeed(folder, $"predict --input @x.npy --output @y.npy --fuse @fuse.st {device}");
            return NpyFile.Read(folder.File("y.npy"));
        }
    }

    [Fact]
    public void DevicesSaysWhatIsThereAndWhatIsMissing()
    {
        string output = Tool.Succeed(folder, "devices --json @d.json");
        JsonElement[] devices = [.. JsonDocument.Parse(File.ReadAllText(folder.File("d.json"))).RootElement.GetProperty("devices").EnumerateArray()];
        string[] names = [.. devices.Select(device => device.GetProperty("device").GetString()!)];
        foreach (string name in (string[])["cpu", "cuda:0", "opencl:0", "emulator"]) Assert.Single(names, name);
        foreach (JsonElement device in devices)
        {
            string name = device.GetProperty("device").GetString()!;
            if (device.TryGetProperty("error", out JsonElement error))
            {
                Assert.StartsWith($"Device '{name}' ", error.GetString());
                Assert.False(device.TryGetProperty("name", out _));
                (int code, string _, string line) = Tool.Run(folder, $"profile base --arch vgg6 --device {name}");
                Assert.Equal((2, $"rawfuse: {error.GetString()}\n"), (code, line));
            }
            else
            {
                Assert.Contains(name, output);
                Assert.True(device.GetProperty("memoryBytes").GetInt64() > 1 << 20);
                Assert.NotEqual(0, device.GetProperty("paths").GetArrayLength());
            }
        }
    }
}
