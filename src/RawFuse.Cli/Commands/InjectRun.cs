using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;
using RawFuse.Serialization;

namespace RawFuse.Cli.Commands;

/// <summary>One file's way through a chip's memory.</summary>
internal sealed class InjectRun(Device device, SafetensorsFile file, Chip chip, int bits)
{
    private const string ScaleSuffix = ".scale";

    /// <summary>Writes the file as the chip gives it back.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="cancellation">Stops between two tensors; nothing is written then.</param>
    /// <returns>What the chip did to each tensor it held, in the file's order.</returns>
    public FaultSummary Write(string path, CancellationToken cancellation)
    {
        using var memory = new ChipMemory(device, chip);
        var places = new Queue<SramPlace>(SramLayout.Place(chip, file.Tensors.Where(IsStored).Select(tensor => (tensor.Name, tensor.ElementCount)), bits));
        var written = new List<SafetensorsTensor>();
        var reports = new List<FaultReport>();
        foreach (SafetensorsTensor tensor in file.Tensors)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!IsStored(tensor))
            {
                written.Add(tensor);
                continue;
            }

            sbyte[] weights = tensor.Type == SafetensorsType.I8 ? tensor.AsInt8().ToArray() : Quantize(tensor, written);
            reports.Add(memory.InjectAndCount(weights, places.Dequeue()));
            written.Add(SafetensorsTensor.FromInt8(tensor.Name, tensor.Shape, weights));
        }

        // Wide types first keeps every tensor aligned for readers that map the file; tensors of one type stay in order.
        SafetensorsFile.Write(path, [.. written.OrderByDescending(tensor => tensor.ElementBytes)], file.Metadata, cancellation);
        return new FaultSummary(reports, chip.CellErrorRate);
    }

    private static bool IsStored(SafetensorsTensor tensor) => tensor.Type == SafetensorsType.I8 || (tensor.IsFloat && tensor.Shape.Length is 2 or 4);

    private sbyte[] Quantize(SafetensorsTensor tensor, List<SafetensorsTensor> written)
    {
        string scale = tensor.Name + ScaleSuffix;
        if (file.TryGet(scale, out _))
            throw new FileFormatException(file.Path, $"tensor '{scale}' has the name that the scale of '{tensor.Name}' needs; expected none of that name");

        // The order of the bytes in the memory is the file's: one row of weights serves any shape.
        using Tensor values = Tensor.From(device, new Shape(1, 1, 1, tensor.ElementCount), file.FiniteFloats(tensor));
        using QuantizedWeights quantized = QuantizedWeights.From(values, bits);
        written.Add(SafetensorsTensor.FromFloat32(scale, [], [quantized.Scale]));
        return quantized.Packed.ToArray();
    }
}
