using System.Diagnostics;
using RawFuse.Kernels;

namespace RawFuse.GpuBench;

/// <summary>The process that runs cases, one after the other, and writes a line for each to standard output. A <see cref="Supervisor"/> reads them.</summary>
internal static class Worker
{
    /// <summary>The device answers no more, as after an access beyond its memory: this process cannot use it again, another one can.</summary>
    public const int Lost = 3;

    /// <summary>There is no such device.</summary>
    public const int NoDevice = 4;

    /// <summary>How to start one, by this program's own command line.</summary>
    /// <param name="arguments">What makes the same cases.</param>
    /// <param name="first">The first case to run.</param>
    public static ProcessStartInfo From(IReadOnlyList<string> arguments, int first)
    {
        // Under "dotnet program.dll" the process is dotnet's.
        string self = Environment.ProcessPath!;
        string[] program = Path.GetFileNameWithoutExtension(self) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
        return new ProcessStartInfo(self, [.. program, .. arguments, "--from", $"{first}"]) { RedirectStandardOutput = true };
    }

    /// <summary>Runs the cases from a first one on.</summary>
    public static int Run(DeviceName name, IReadOnlyList<BenchCase> cases, int first)
    {
        Device device;
        try
        {
            device = name.Open();
        }
        catch (DeviceUnavailableException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return NoDevice;
        }

        foreach (BenchCase @case in cases.Skip(first))
        {
            CaseResult result = Result(@case, device);
            bool isLost = result.Error is not null && !Answers(device);
            Console.WriteLine((isLost ? result with { Error = $"{result.Error} (The device was lost and is opened anew.)" } : result).ToLine());

            // Disposing of a lost device would throw.
            if (isLost) return Lost;
        }

        device.Dispose();
        return 0;
    }

    /// <summary>Whatever a kernel's compilation, launch or result throws is what the case found; the others go on.</summary>
    private static CaseResult Result(BenchCase @case, Device device)
    {
        try
        {
            return @case.Run(device);
        }
        catch (Exception exception)
        {
            return new CaseResult(@case.Name, $"{exception.GetType().Name}: {exception.GetBaseException().Message.ReplaceLineEndings(" ")}");
        }
    }

    private static bool Answers(Device device)
    {
        try
        {
            using Storage<int> probe = device.Allocate<int>(1);
            device.Run<Fill<int>, FillArgs<int>>(new(probe, 1, 42));
            return probe.ToArray()[0] == 42;
        }
        catch (Exception)
        {
            return false;
        }
    }
}
