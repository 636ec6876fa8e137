using System.ComponentModel;
using System.Diagnostics;

namespace RawFuse.Tests.GpuBench;

/// <summary>A test that asks a Python script something; it shows as skipped where there is no Python 3.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresPythonFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> IsThere = new(() =>
    {
        try
        {
            using Process python = Process.Start(new ProcessStartInfo("python3", ["--version"]) { RedirectStandardOutput = true })!;
            python.WaitForExit();
            return python.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    });

    public RequiresPythonFactAttribute()
    {
        if (!IsThere.Value) Skip = "There is no Python 3 (python3) here.";
    }
}
