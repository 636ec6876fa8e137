using System.Reflection;
using RawFuse.Kernels;

namespace RawFuse.Bench;

/// <summary>A line of <see cref="PtxCommand"/>'s report; its names and their order are those of the JSON.</summary>
internal sealed record PtxEntry(
    string Kernel,
    string Arch,
    int LocalBytes,
    int VectorLoads,
    int Mma,
    int CpAsync,
    IReadOnlyList<string> Lint,
    IReadOnlyDictionary<string, int> VectorLoadKinds,
    int WidestGlobalLoadBits,
    int Fma,
    int Dp4a,
    int Ldmatrix,
    int SharedBytes,
    IReadOnlyDictionary<string, int> Registers)
{
    public static PtxEntry Of(MethodInfo kernel, (int Major, int Minor) architecture)
    {
        string name = GpuKernels.NameOf(kernel), arch = $"sm_{architecture.Major}{architecture.Minor}";
        PtxReport report;
        string[] problems = [];
        try
        {
            report = PtxReport.Of(PtxAssembly.Compile(kernel, architecture));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            report = PtxReport.Of("");
            problems = [$"does not compile: {exception.GetBaseException().Message.ReplaceLineEndings(" ")}"];
        }

        return new PtxEntry(
            name, arch, report.LocalBytes, report.VectorLoadCount, report.Mma, report.CpAsync, [.. problems, .. report.Lint], report.VectorLoads,
            report.WidestGlobalLoadBits, report.Fma, report.Dp4a, report.Ldmatrix, report.SharedBytes, report.Registers);
    }
}
