using System.Diagnostics;
using System.Text.Json;
using RawFuse.Tests.Serialization;

namespace RawFuse.Tests.Cli;

/// <summary>The tool from outside: exit codes, what it prints where, and what it leaves behind.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--help")]
    [InlineData("demo --help")]
    [InlineData("train --help")]
    [InlineData("train base --help")]
    [InlineData("train fuse --help")]
    [InlineData("eval --help")]
    [InlineData("predict --help")]
    [InlineData("inject --help")]
    [InlineData("energy --help")]
    [InlineData("profile --help")]
    [InlineData("profile eopm --help")]
    [InlineData("sweep --help")]
    [InlineData("table --help")]
    [InlineData("devices --help")]
    [InlineData("data --help")]
    [InlineData("data get --help")]
    public void HelpIsThere(string arguments)
    {
        (int code, string output, string error) = Run(arguments);
        Assert.Equal(0, code);
        Assert.Contains("Usage:", output);
        Assert.Empty(error);
    }

    /// <summary>One row of <see cref="BadInputTests"/> as a shell sees it.</summary>
    [Fact]
    public void BadInputIsOneLineAndCodeTwo()
    {
        using var folder = new TemporaryFolder();
        (int code, string output, string error) = Run("eval --base missing.safetensors", folder.Path);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.StartsWith("rawfuse: missing.safetensors: cannot be read", error);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
        Assert.Empty(folder.Names);
    }

    [Fact]
    public void EnergyPrintsItsJsonAlone()
    {
        (int code, string output, string _) = Run("energy --base resnet18 --generator convl --json -");
        Assert.Equal(0, code);
        JsonElement json = JsonDocument.Parse(output).RootElement;
        Assert.Equal(2755968, json.GetProperty("base").GetProperty("twma").GetDouble());
        foreach (string key in (string[])["name", "params", "macs", "macsPrinted", "twma", "layers"]) Assert.True(json.GetProperty("generator").TryGetProperty(key, out _));
        foreach (string key in (string[])["name", "filterReads", "ifmapReads", "ofmapWrites", "cycles", "macs"])
            Assert.True(json.GetProperty("base").GetProperty("layers")[0].TryGetProperty(key, out _));
        Assert.InRange(json.GetProperty("energySavingPercent").GetDouble(), 18.9, 19.1);
        Assert.InRange(json.GetProperty("macEnergySavingPercent").GetDouble(), 16.1, 16.3);
    }

    [Fact]
    public void TrainsAndEvaluatesEndToEnd()
    {
        using var folder = new TemporaryFolder();
        const string Small = "--train-images 64 --epochs 1 --threads 2";
        Assert.Equal(0, Run($"train base --arch vgg6 --batch 32 {Small} --out base.safetensors", folder.Path).Code);
        Assert.Equal(0, Run($"train fuse --base base.safetensors --generator convs --chips 2 --batch 32 {Small} --out fuse.safetensors", folder.Path).Code);
        (int code, string output, string _) = Run("eval --base base.safetensors --fuse fuse.safetensors --chips 2 --test-images 32 --json -", folder.Path);
        Assert.Equal(0, code);
        JsonElement json = JsonDocument.Parse(output).RootElement;
        Assert.InRange(json.GetProperty("cleanAccuracy").GetDouble(), 0, 100);
        Assert.Equal(2, json.GetProperty("withFuse").GetProperty("perturbedAccuracy").GetProperty("perChip").GetArrayLength());
        Assert.True(json.TryGetProperty("recovery", out _));
        Assert.Equal(["base.safetensors", "fuse.safetensors"], folder.Names);

        // The same generator in front of a base model that it was not trained for.
        Assert.Equal(0, Run("train base --arch vgg11 --batch 4 --train-images 8 --epochs 1 --out other.safetensors", folder.Path).Code);
        (code, output, _) = Run("eval --base other.safetensors --fuse fuse.safetensors --chips 1 --test-images 8 --json -", folder.Path);
        Assert.Equal(0, code);
        Assert.True(JsonDocument.Parse(output).RootElement.TryGetProperty("withFuse", out _));
    }

    private static (int Code, string Output, string Error) Run(string arguments, string? folder = null)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            WorkingDirectory = folder ?? Path.GetTempPath(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "RawFuse.Cli.dll"));
        foreach (string argument in arguments.Split(' ')) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(60_000)) process.Kill();
        return (process.ExitCode, output.Result, error.Result);
    }
}
