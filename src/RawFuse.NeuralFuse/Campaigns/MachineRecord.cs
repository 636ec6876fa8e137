using System.Runtime.InteropServices;
using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>What something was computed on.</summary>
/// <param name="Cpu">Name of the processor.</param>
/// <param name="Device">Name of the device.</param>
/// <param name="Threads">Threads that computed; null where the device is not the processor.</param>
public sealed record MachineRecord(string Cpu, string Device, int? Threads = null)
{
    private const string LinuxProcessors = "/proc/cpuinfo", LinuxName = "model name";

    /// <summary>Describes this machine.</summary>
    public static MachineRecord Of(Device device) => new(CpuName(), device.Name, (device as CpuDevice)?.Threads);

    private static string CpuName()
    {
        // ARM's Linux kernels give no name there; then the architecture has to do.
        string? line = File.Exists(LinuxProcessors)
            ? File.ReadLines(LinuxProcessors).FirstOrDefault(text => text.StartsWith(LinuxName, StringComparison.Ordinal))
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        return line?[(line.IndexOf(':') + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
