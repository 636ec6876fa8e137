using System.Diagnostics;
using System.Runtime.Intrinsics;
using System.Text.RegularExpressions;
using RawFuse.KernelCases;
using RawFuse.Kernels;

namespace RawFuse.Tests.Kernels;

/// <summary>
/// Runs <see cref="CpuKernelTests"/>, <see cref="WinogradTests"/> and the tests of fault kernels once more in a child process for every narrower vector width, by the runtime's own switches
/// (.NET 10 knows EnableAVX512 and EnableAVX2; the older EnableAVX512F has no effect any more).
/// </summary>
public sealed class SimdSwitchTests
{
    private const string ExpectedVectors = "RAWFUSE_EXPECTED_VECTORS";

    private static readonly string[] Narrowed =
    [
        nameof(CpuKernelTests), nameof(WinogradTests), nameof(Faults.FaultKernelTests), nameof(Faults.FieldKernelTests), nameof(Faults.DrawnCellsTests),
        nameof(Faults.PhiloxTests), nameof(Faults.IbmFaultMapTests),
    ];

    private static readonly string Filter = string.Join('|', Narrowed.Select(name => $"FullyQualifiedName~{name}"));

    [WideVectorsTheory]
    [InlineData("DOTNET_EnableAVX512", "256-bit vectors")]
    [InlineData("DOTNET_EnableAVX2", "128-bit vectors")]
    public async Task KernelsAreRightWithNarrowerVectors(string variable, string vectors)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList = { "vstest", typeof(SimdSwitchTests).Assembly.Location, $"--TestCaseFilter:{Filter}" },
            Environment = { [variable] = "0", [ExpectedVectors] = vectors },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync();
        string report = await child.StandardOutput.ReadToEndAsync() + await errors;
        await child.WaitForExitAsync();
        Assert.True(child.ExitCode == 0, report);
        Match passed = Regex.Match(report, @"Passed:\s*(\d+)");
        Assert.True(passed.Success && int.Parse(passed.Groups[1].Value) > 2 * KernelTable.Names.Count, report);
    }

    /// <summary>In the child process: fails unless the switch worked.</summary>
    public static void CheckVectors()
    {
        if (Environment.GetEnvironmentVariable(ExpectedVectors) is { } vectors) Assert.Equal(vectors, CpuDevice.InstructionSet);
    }

    private sealed class WideVectorsTheoryAttribute : TheoryAttribute
    {
        public WideVectorsTheoryAttribute()
        {
            if (!Vector256.IsHardwareAccelerated) Skip = "This processor has no wider vectors to switch off.";
        }
    }
}
