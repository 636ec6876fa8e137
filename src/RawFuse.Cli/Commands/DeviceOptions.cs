using System.CommandLine;
using RawFuse.Kernels;

namespace RawFuse.Cli.Commands;

/// <summary>What a command computes on.</summary>
internal sealed class DeviceOptions
{
    private readonly Option<DeviceName> device = new("--device")
    {
        Description = $"What to compute on: {DeviceName.Forms}; 'rawfuse devices' shows what is there.",
        DefaultValueFactory = _ => DeviceName.Cpu,
        HelpName = "name",
        CustomParser = result =>
        {
            string text = result.Tokens.Single().Value;
            DeviceName? name = DeviceName.Parse(text);
            if (name is null) result.AddError($"Option '--device' is '{text}'; expected {DeviceName.Forms}.");
            return name;
        },
    };

    private readonly Option<int> threads = CommonOptions.Number("--threads", "Threads of the CPU to compute with; 0 for one per processor.", 0, 0, 1024);

    private readonly ChoiceOption<ConvolutionMode> convolutions = new(
        "--convolutions", "How the CPU may compute convolutions: each rounds less than the one before, and takes longer.",
        [("fast", ConvolutionMode.Fast), ("precise", ConvolutionMode.Precise), ("direct", ConvolutionMode.Direct)]);

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="convolves">Whether it computes convolutions.</param>
    public DeviceOptions(Command command, bool convolves = true)
    {
        command.Options.Add(device);
        command.Options.Add(threads);
        if (convolves) command.Options.Add(convolutions);
    }

    /// <summary>Opens the device.</summary>
    /// <exception cref="ArgumentException">There are options of the CPU's for another device.</exception>
    /// <exception cref="DeviceUnavailableException">The device is not there.</exception>
    public Device Open(ParseResult parsed)
    {
        DeviceName name = parsed.GetValue(device)!;
        if (name.IsCpu) return new CpuDevice(parsed.GetValue(threads), convolutions.ValueIn(parsed));
        foreach (Option option in (Option[])[threads, convolutions])
            if (option.IsGivenIn(parsed)) throw new ArgumentException($"'{option.Name}' is for the CPU only; it does not go with '--device {name}'.");
        return name.Open();
    }
}
