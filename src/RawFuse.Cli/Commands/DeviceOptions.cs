using System.CommandLine;
using RawFuse.Kernels;

namespace RawFuse.Cli.Commands;

/// <summary>What a command computes on.</summary>
internal sealed class DeviceOptions
{
    private readonly Option<int> threads = CommonOptions.Number("--threads", "Threads to compute with; 0 for one per processor.", 0, 0, 1024);

    private readonly ChoiceOption<ConvolutionMode> convolutions = new(
        "--convolutions", "How convolutions may be computed: each rounds less than the one before, and takes longer.",
        [("fast", ConvolutionMode.Fast), ("precise", ConvolutionMode.Precise), ("direct", ConvolutionMode.Direct)]);

    /// <summary>Adds the options to a command.</summary>
    public DeviceOptions(Command command)
    {
        command.Options.Add(threads);
        command.Options.Add(convolutions);
    }

    /// <summary>Opens the device.</summary>
    public CpuDevice Open(ParseResult parsed) => new(parsed.GetValue(threads), convolutions.ValueIn(parsed));
}
