using System.CommandLine;
using RawFuse.Cli.Output;
using RawFuse.Kernels;
using Spectre.Console;

namespace RawFuse.Cli.Commands;

/// <summary><c>rawfuse devices</c>: what can run kernels here, and why the rest cannot.</summary>
internal static class DevicesCommand
{
    public static Command Create()
    {
        var command = new Command("devices", "Show what can run kernels on this machine.");
        command.SetAction(_ =>
        {
            var report = new Report(null);
            Table table = new Table().Border(TableBorder.Simple).AddColumns("device", "what it is");
            Add(table, "cpu", () => new CpuDevice());
            Add(table, "cuda:0", () => GpuDevice.Cuda());
            Add(table, "opencl:0", () => GpuDevice.OpenCl());
            table.AddRow("emulator", "GPU kernels on the processor, thousands of times slower; for checking them");
            report.Console.Write(table);
        });
        return command;
    }

    private static void Add(Table table, string name, Func<Device> open)
    {
        try
        {
            using Device device = open();
            table.AddRow(name, device.Name.EscapeMarkup());
        }
        catch (DeviceUnavailableException exception)
        {
            table.AddRow(name, $"[grey]{exception.Message.EscapeMarkup()}[/]");
        }
    }
}
