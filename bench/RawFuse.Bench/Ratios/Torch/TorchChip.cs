using System.Runtime.InteropServices;
using RawFuse.NeuralFuse.Faults;
using TorchSharp;

namespace RawFuse.Bench.Ratios.Torch;

/// <summary>
/// A chip of the paper's reference implementation in torch: AND and OR masks of 8192 rows of 16 weights. Each row serves 256 weights one after the other
/// (that implementation's tiling).
/// </summary>
internal sealed class TorchChip
{
    private const int RowWeights = IbmFaultMap.RowBytes * IbmFaultMap.RowBytes, MapWeights = IbmFaultMap.Rows * RowWeights;

    private readonly torch.Tensor and, or;
    private readonly MemoryFormat format;

    /// <summary>Draws a chip.</summary>
    /// <param name="seed">Which.</param>
    /// <param name="bitErrorRate">Probability that a cell is faulty.</param>
    /// <param name="format">Layout of the weights that will be stored in it.</param>
    public TorchChip(uint seed, double bitErrorRate, MemoryFormat format)
    {
        this.format = format;
        FaultMap map = IbmFaultMap.Draw(seed, bitErrorRate);
        and = Tile(map.StuckAt0).bitwise_not();
        or = Tile(map.StuckAt1);
    }

    /// <summary>What the memory makes of a tensor of int8 weights (in PyTorch's shape), which starts at its first row.</summary>
    public torch.Tensor ReadBack(torch.Tensor weights) => weights.bitwise_and(MaskOf(and, weights)).bitwise_or_(MaskOf(or, weights));

    private torch.Tensor MaskOf(torch.Tensor map, torch.Tensor weights)
    {
        long count = weights.numel();
        torch.Tensor mask = count <= MapWeights ? map.narrow(0, 0, count) : torch.cat([.. Parts(map, count)]);
        return mask.view(weights.shape).In(format);
    }

    /// <summary>A map that starts anew after its last row.</summary>
    private static IEnumerable<torch.Tensor> Parts(torch.Tensor map, long count)
    {
        for (long left = count; left > 0; left -= MapWeights) yield return map.narrow(0, 0, Math.Min(left, MapWeights));
    }

    private static torch.Tensor Tile(ReadOnlySpan<byte> stuck)
    {
        torch.Tensor rows = torch.tensor(MemoryMarshal.Cast<byte, sbyte>(stuck).ToArray(), [IbmFaultMap.Rows, IbmFaultMap.RowBytes]);
        return rows.tile([1, IbmFaultMap.RowBytes]).flatten();
    }
}
