using System.Diagnostics;
using RawFuse.GpuBench;

namespace RawFuse.Tests.GpuBench;

/// <summary>The program itself, on the emulator: processes, options, lines of JSON, exit codes.</summary>
public sealed class EmulatorCheckTests : IDisposable
{
    private readonly string json = Path.GetTempFileName();

    public void Dispose() => File.Delete(json);

    [Fact]
    public void KernelsAgreeOnNewInputs()
    {
        Assert.Equal(0, Run("check", "--case", "matrix product 3x"));
        Assert.Equal(2, Results().Length);
        Assert.All(Results(), result => Assert.Null(result.Error));
    }

    [Fact]
    public void SpeedIsTimed()
    {
        Assert.Equal(0, Run("speed", "--case", "gemm-"));
        Assert.Equal(["gemm-float32", "gemm-tensorfloat32", "gemm-bfloat16"], Results().Select(result => result.Case));
        Assert.All(Results(), result => Assert.InRange(result.FastestMs!.Value, 1e-3, result.MedianMs!.Value));
    }

    [Fact]
    public void ACaseThatThereIsNotIsRefused() => Assert.Equal(2, Run("check", "--case", "nothing of the kind"));

    private CaseResult[] Results() => [.. File.ReadLines(json).Select(CaseResult.FromLine)];

    private int Run(params string[] arguments)
    {
        string program = typeof(CaseResult).Assembly.Location;
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program, .. arguments, "--device", "emulator", "--json", json])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        errors.Wait();
        process.WaitForExit();
        return process.ExitCode;
    }
}
