using System.CommandLine;
using RawFuse.Cli.Output;
using RawFuse.Kernels;
using Spectre.Console;

namespace RawFuse.Cli.Commands;

/// <summary><c>rawfuse devices</c>: what can run kernels here, and why the rest cannot.</summary>
internal static class DevicesCommand
{
    private const string None = "-";

    public static Command Create()
    {
        Option<string?> json = CommonOptions.Json();
        var command = new Command("devices", "Show what can run kernels on this machine, for '--device'.") { json };
        command.SetAction(parsed =>
        {
            var report = new Report(parsed.GetValue(json));
            DeviceJson[] devices = [.. Names().Select(Describe)];
            report.Console.Write(TableOf(devices));
            foreach (DeviceJson missing in devices.Where(device => device.Error is not null)) report.Line(missing.Error!);
            report.Json(() => new DevicesJson(devices), JsonModels.Default.DevicesJson);
        });
        return command;
    }

    /// <summary>The first GPU of each kind is named where there is none too, for the reason.</summary>
    private static IEnumerable<DeviceName> Names() =>
    [
        DeviceName.Cpu,
        .. Enumerable.Range(0, Math.Max(1, GpuDevice.CudaCount)).Select(index => new DeviceName("cuda", index)),
        .. Enumerable.Range(0, Math.Max(1, GpuDevice.OpenClCount)).Select(index => new DeviceName("opencl", index)),
        new DeviceName("emulator"),
    ];

    private static DeviceJson Describe(DeviceName name)
    {
        try
        {
            using Device device = name.Open();
            return DeviceJson.Of(name.ToString(), device);
        }
        catch (DeviceUnavailableException exception)
        {
            return DeviceJson.Of(name.ToString(), exception);
        }
    }

    private static Table TableOf(IEnumerable<DeviceJson> devices)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("device", "name", "memory", "capability", "paths");
        foreach (DeviceJson device in devices.Where(device => device.Error is null))
        {
            table.AddRow(
                device.Device, device.Name!.EscapeMarkup(), $"{device.MemoryBytes / 1073741824.0:F1} GiB", device.ComputeCapability ?? None,
                string.Join(", ", device.Paths!).EscapeMarkup());
        }

        return table;
    }
}
