using System.Runtime.InteropServices;
using RawFuse.NeuralFuse.Faults;
using TorchSharp;

namespace RawFuse.Bench.Ratios.Faults;

/// <summary>A chip's AND and OR masks as the paper's reference implementation makes them.</summary>
internal static class ReferenceMasks
{
    private const int Rows = IbmFaultMap.Rows, WordsPerRow = IbmFaultMap.RowBytes, Bits = 8;

    /// <summary>Draws the masks of tensors of so many weights each.</summary>
    public static IReadOnlyList<(torch.Tensor And, torch.Tensor Or)> Draw(uint seed, double bitErrorRate, IEnumerable<long> counts)
    {
        torch.Tensor faulty = Field(seed).lt(bitErrorRate), ones = Field(seed + 1).lt(0.5);
        torch.Tensor or = Pack(faulty.logical_and(ones)), and = Pack(faulty.logical_and(ones.logical_not())).bitwise_not();
        return [.. counts.Select(count => (Tile(and, count), Tile(or, count)))];
    }

    /// <summary>[rows, words, bits] numbers from 0 to 1.</summary>
    private static torch.Tensor Field(uint seed)
    {
        var random = new MersenneTwister(seed);
        torch.Tensor field = torch.empty([Rows, WordsPerRow, Bits], torch.ScalarType.Float64);
        foreach (ref double number in MemoryMarshal.Cast<byte, double>(field.bytes)) number = random.NextDouble();
        return field;
    }

    private static torch.Tensor Pack(torch.Tensor bits)
    {
        torch.Tensor values = torch.tensor(new[] { 1, 2, 4, 8, 16, 32, 64, -128 });
        return bits.to(torch.ScalarType.Int32).mul(values).sum([2], false, torch.ScalarType.Int32).to(torch.ScalarType.Int8);
    }

    /// <summary>Repeats the map over as many banks as it takes, and every row for 16 words.</summary>
    private static torch.Tensor Tile(torch.Tensor map, long count)
    {
        long rows = (count + WordsPerRow - 1) / WordsPerRow, banks = (rows + Rows - 1) / Rows;
        return map.tile([banks, WordsPerRow]).flatten().narrow(0, 0, count);
    }
}
