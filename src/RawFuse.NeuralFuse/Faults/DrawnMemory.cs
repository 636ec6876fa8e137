using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Faults;

/// <summary>
/// Memories in which every cell fails on its own (mapping <c>physical</c>): the weight tensors lie one after another, each from a fresh row of 16 bytes, in the order of
/// computation and, within a tensor, in PyTorch's order.
/// </summary>
/// <param name="bitErrorRate">Probability that a cell is faulty, 0 to 1.</param>
/// <param name="model">What a faulty cell does.</param>
public sealed class DrawnMemory(double bitErrorRate, FaultModel model = FaultModel.StuckAt) : IFaultyMemory
{
    /// <inheritdoc/>
    public double BitErrorRate { get; } = bitErrorRate;

    /// <inheritdoc/>
    public void Draw(FrozenNetwork network, ulong chip, WeightFaults faults, int set)
    {
        FaultCells cells = FaultCells.Drawn(chip, BitErrorRate, model);
        long group = 0;
        foreach (FrozenWeights weights in network.Weights)
        {
            Shape shape = weights.Quantized.Shape;
            network.Device.Run<DrawFaultMask, DrawFaultMaskArgs>(
                new(weights.Quantized.Packed, shape[3], shape[2], shape[0] * shape[1], cells.At(group), faults[weights.Layer], set * shape.Length));
            group += (shape.Length + FaultCells.GroupBytes - 1) / FaultCells.GroupBytes;
        }
    }
}
