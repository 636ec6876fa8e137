using System.Text.Json;
using RawFuse.Tests.Serialization;

namespace RawFuse.Tests.Cli;

/// <summary><c>rawfuse profile</c> on small models: which kernels run and what is said of them; times are whatever they are.</summary>
[Collection(Tool.Collection)]
public sealed class ProfileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void InferenceIsShownKernelByKernel()
    {
        JsonElement json = Profile("base --arch vgg6 --batch 2 --repeat 2 --threads 1 --no-limits --json -");
        Assert.Equal("inference of vgg6, 2 images", json.GetProperty("name").GetString());
        Assert.StartsWith("cpu (1 thread,", json.GetProperty("device").GetString());
        Assert.Equal(2, json.GetProperty("runs").GetInt32());
        Assert.Equal(2, json.GetProperty("runMilliseconds").GetArrayLength());
        Assert.Equal(["base"], Names(json, "phases", "phase"));
        JsonElement[] kernels = [.. json.GetProperty("kernels").EnumerateArray()];
        JsonElement convolution = Kernel(json, "Conv2dForward");

        // A weight layer is a convolution; their operations are two for each MAC that energy counts.
        JsonElement energy = JsonDocument.Parse(Tool.Succeed(folder, "energy --base vgg6 --preset exact --json -")).RootElement.GetProperty("base");
        Assert.Equal(energy.GetProperty("layers").GetArrayLength(), convolution.GetProperty("calls").GetDouble());
        Assert.Equal(2 * 2 * energy.GetProperty("macs").GetDouble(), convolution.GetProperty("flops").GetDouble());
        Assert.Equal(
            convolution.GetProperty("flops").GetDouble() / convolution.GetProperty("milliseconds").GetDouble() / 1e6, convolution.GetProperty("gflops").GetDouble(), 1e-6);
        Assert.Equal(100, kernels.Sum(kernel => kernel.GetProperty("percentOfKernelTime").GetDouble()), 1e-6);
        Assert.InRange(json.GetProperty("kernelMilliseconds").GetDouble(), 0, json.GetProperty("milliseconds").GetDouble());
        Assert.True(json.GetProperty("managedBytes").GetInt64() > 0 && json.GetProperty("poolPeakBytes").GetInt64() > 0);
        foreach (string unknown in (string[])["percentOfFma", "percentOfMemory", "boundBy", "percentOfLimit", "shape"]) Assert.False(convolution.TryGetProperty(unknown, out _));
        Assert.False(json.TryGetProperty("limits", out _));
    }

    [Theory]
    [InlineData("base --arch vgg6", "inference of vgg6 on int8 activations, 2 images")]
    [InlineData("fuse --arch vgg6 --generator convs", "inference of vgg6 on int8 activations behind ConvS, 2 images")]
    public void Int8ActivationsHaveKernelsOfTheirOwn(string what, string name)
    {
        JsonElement json = Profile($"{what} --batch 2 --int8 --repeat 1 --threads 1 --no-limits --json -");
        Assert.Equal(name, json.GetProperty("name").GetString());
        JsonElement energy = JsonDocument.Parse(Tool.Succeed(folder, "energy --base vgg6 --preset exact --json -")).RootElement.GetProperty("base");
        Assert.Equal(2 * 2 * energy.GetProperty("macs").GetDouble(), Kernel(json, "Conv2dInt8").GetProperty("flops").GetDouble());
        Assert.Equal(1, Kernel(json, "QuantizeActivations").GetProperty("calls").GetDouble());
        Assert.True(Kernel(json, "MaxPool2dInt8").GetProperty("calls").GetDouble() > 0);
    }

    [Fact]
    public void ShapesAreLinesOfTheirOwnAndLimitsAreMeasured()
    {
        StateFile.Write(folder.File("m.safetensors"), "vgg11");
        string output = Tool.Succeed(folder, "profile base --base @m.safetensors --arch vgg11 --batch 1 --repeat 1 --by shape --json @p.json");
        Assert.Contains("as measured", output);
        Assert.Contains("3->64 3x3 s1 32x32 x1 int8", output);
        Assert.Contains("outside of kernels", output);
        JsonElement json = JsonDocument.Parse(File.ReadAllText(folder.File("p.json"))).RootElement;
        double fma = json.GetProperty("limits").GetProperty("fmaGflops").GetDouble(), copy = json.GetProperty("limits").GetProperty("copyGigabytesPerSecond").GetDouble();
        Assert.True(fma > 0 && copy > 0);
        foreach (JsonElement kernel in json.GetProperty("kernels").EnumerateArray())
        {
            Assert.NotEqual("", kernel.GetProperty("shape").GetString());
            Assert.Equal(100 * kernel.GetProperty("gflops").GetDouble() / fma, kernel.GetProperty("percentOfFma").GetDouble(), 1e-6);
            Assert.Equal(100 * kernel.GetProperty("gigabytesPerSecond").GetDouble() / copy, kernel.GetProperty("percentOfMemory").GetDouble(), 1e-6);

            // At one shape the limit is the nearer one of the two.
            bool boundByFma = kernel.GetProperty("boundBy").GetString() == "fma";
            Assert.Equal(kernel.GetProperty("flopsPerByte").GetDouble() > fma / copy, boundByFma);
            Assert.Equal(kernel.GetProperty(boundByFma ? "percentOfFma" : "percentOfMemory").GetDouble(), kernel.GetProperty("percentOfLimit").GetDouble(), 1e-6);
        }
    }

    [Fact]
    public void AGeneratorInFrontHasItsOwnPhase()
    {
        JsonElement json = Profile("fuse --arch vgg6 --generator convs --batch 1 --repeat 1 --no-limits --json -");
        Assert.Equal("inference of vgg6 behind ConvS, 1 images", json.GetProperty("name").GetString());
        Assert.Equal(["generator", "base"], Names(json, "phases", "phase"));
        Assert.Contains("Map<Tanh>", Names(json, "kernels", "kernel"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("--mapping physical --model flip --sets-per-pass 2")]
    public void AnEopmStepHasItsPhases(string more)
    {
        JsonElement json = Profile($"eopm --arch vgg6 --generator convs --batch 2 --chips 3 --repeat 2 --no-limits --json - --trace {folder.File("t.json")} {more}");
        Assert.Equal(
            ["generator forward", "fault masks", "base forward", "base backward", "generator backward", "optimizer"], Names(json, "phases", "phase"));
        double inPhases = json.GetProperty("phases").EnumerateArray().Sum(phase => phase.GetProperty("kernelMilliseconds").GetDouble());
        Assert.InRange(inPhases, 0.5 * json.GetProperty("kernelMilliseconds").GetDouble(), 1.0001 * json.GetProperty("kernelMilliseconds").GetDouble());

        // Every chip draws a mask for every weight tensor of the base model.
        Assert.Equal(3 * 6, Kernel(json, "DrawFaultMask").GetProperty("calls").GetDouble());
        Assert.True(Kernel(json, "AdamStep").GetProperty("calls").GetDouble() > 0);

        JsonElement[] events = [.. JsonDocument.Parse(File.ReadAllText(folder.File("t.json"))).RootElement.GetProperty("traceEvents").EnumerateArray()];
        double slices = json.GetProperty("kernels").EnumerateArray().Sum(kernel => kernel.GetProperty("calls").GetDouble());
        Assert.Equal(2 * slices, events.Count(slice => slice.TryGetProperty("cat", out JsonElement kind) && kind.GetString() == "kernel"));
    }

    [Fact]
    public void AQatStepHasItsPhases()
    {
        JsonElement json = Profile("qat --arch vgg6 --batch 2 --repeat 1 --optimizer adam --no-limits --json -");
        Assert.Equal("QAT step of vgg6, 2 images", json.GetProperty("name").GetString());
        Assert.Equal(["forward", "backward", "optimizer"], Names(json, "phases", "phase"));
        Assert.Equal(Kernel(json, "FakeQuantize").GetProperty("calls").GetDouble(), Kernel(json, "Conv2dWeightGradient").GetProperty("calls").GetDouble());
        Assert.Contains("AdamStep", Names(json, "kernels", "kernel"));
        Assert.Equal((0, 1), (json.GetProperty("uploads").GetInt64(), json.GetProperty("downloads").GetInt64()));
    }

    private JsonElement Profile(string arguments) => JsonDocument.Parse(Tool.Succeed(folder, $"profile {arguments}")).RootElement;

    private static string[] Names(JsonElement json, string list, string key) => [.. json.GetProperty(list).EnumerateArray().Select(item => item.GetProperty(key).GetString()!)];

    private static JsonElement Kernel(JsonElement json, string name) =>
        json.GetProperty("kernels").EnumerateArray().Single(kernel => kernel.GetProperty("kernel").GetString() == name);
}
