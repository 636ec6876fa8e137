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

    private readonly ChoiceOption<MatrixPrecision> precision = new(
        "--precision", "How a GPU may round what convolutions multiply, so that tensor cores can.",
        [("float32", MatrixPrecision.Float32), ("tf32", MatrixPrecision.TensorFloat32), ("bf16", MatrixPrecision.BFloat16)]);

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="convolves">Whether it computes convolutions.</param>
    public DeviceOptions(Command command, bool convolves = true)
    {
        command.Options.Add(device);
        command.Options.Add(threads);
        if (!convolves) return;
        command.Options.Add(convolutions);
        command.Options.Add(precision);
    }

    /// <summary>Opens the device.</summary>
    /// <exception cref="ArgumentException">There are options of the CPU's for another device, or a precision for one without tensor cores.</exception>
    /// <exception cref="DeviceUnavailableException">The device is not there.</exception>
    public Device Open(ParseResult parsed)
    {
        DeviceName name = parsed.GetValue(device)!;
        if (name.IsCpu)
        {
            if (precision.IsGivenIn(parsed)) throw new ArgumentException($"'{precision.Name}' is for GPUs only; it does not go with '--device {name}'.");
            return new CpuDevice(parsed.GetValue(threads), convolutions.ValueIn(parsed));
        }

        foreach (Option option in (Option[])[threads, convolutions])
            if (option.IsGivenIn(parsed)) throw new ArgumentException($"'{option.Name}' is for the CPU only; it does not go with '--device {name}'.");
        Device opened = name.Open(precision.ValueIn(parsed));
        if (precision.ValueIn(parsed) == MatrixPrecision.Float32 || opened is GpuDevice { HasTensorCores: true }) return opened;
        opened.Dispose();
        throw new ArgumentException($"'{precision.Name} {parsed.GetValue(precision)}' needs tensor cores, which '--device {name}' does not have; leave it out.");
    }
}
