using System.Globalization;

namespace RawFuse.Kernels;

/// <summary>What a command line calls a device.</summary>
/// <param name="Kind">cpu, cuda, opencl or emulator.</param>
/// <param name="Index">Which of several, from 0.</param>
public sealed record DeviceName(string Kind, int Index = 0)
{
    /// <summary>How to write one.</summary>
    public const string Forms = "cpu, cuda:N, opencl:N or emulator";

    /// <summary>The processor.</summary>
    public static DeviceName Cpu { get; } = new("cpu");

    /// <summary>Whether it is the processor.</summary>
    public bool IsCpu => Kind == "cpu";

    /// <summary>Reads a name, in any case; null for what is none.</summary>
    public static DeviceName? Parse(string text)
    {
        string[] parts = text.ToLowerInvariant().Split(':');
        return parts switch
        {
            ["cpu" or "emulator"] => new DeviceName(parts[0]),
            ["cuda" or "opencl", string number] when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int index) => new DeviceName(parts[0], index),
            _ => null,
        };
    }

    /// <summary>Opens the device as it stands without options.</summary>
    /// <param name="precision">How a GPU may round operands of convolutions and matrix products; processors do not.</param>
    /// <exception cref="DeviceUnavailableException">It is not there.</exception>
    public Device Open(MatrixPrecision precision = MatrixPrecision.Float32) => Kind switch
    {
        "cuda" => GpuDevice.Cuda(Index, precision),
        "opencl" => GpuDevice.OpenCl(Index),
        "emulator" when precision != MatrixPrecision.Float32 => GpuDevice.Emulator(warpSize: 32, precision),
        "emulator" => GpuDevice.Emulator(),
        _ => new CpuDevice(),
    };

    /// <inheritdoc/>
    public override string ToString() => Kind is "cuda" or "opencl" ? $"{Kind}:{Index}" : Kind;
}
