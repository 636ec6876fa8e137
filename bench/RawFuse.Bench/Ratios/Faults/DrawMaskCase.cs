using RawFuse.Kernels;
using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Faults;
using RawFuse.Parity;

namespace RawFuse.Bench.Ratios.Faults;

/// <summary>The masks of one chip for all weights of ResNet18, with the reference's map.</summary>
internal static class DrawMaskCase
{
    private const string Name = "draw-mask-resnet18-ibm";
    private const uint Seed = 7;
    private const double BitErrorRate = 0.01, Seconds = 3;

    public static RatioCase Case => new(Name, threads =>
    {
        using var device = new CpuDevice(threads);
        using var network = new Network(BaseModel.Define("resnet18", classes: 10), device, seed: 1);
        using FrozenNetwork frozen = FrozenNetwork.From(network);
        using var faults = new WeightFaults(frozen, sets: 1);
        var population = new ChipPopulation(BitErrorRate, FaultModel.StuckAt, SramMapping.Ibm);
        long[] counts = [.. frozen.Weights.Select(weights => (long)weights.Quantized.Shape.Length)];
        population.Draw(frozen, Seed, faults, set: 0);
        for (int i = 0; i < counts.Length; i++) Compare(frozen.Weights[i], faults, i, counts);
        (double ours, double their) = SideBySide.Milliseconds(
            () => population.Draw(frozen, Seed, faults, set: 0), () => ReferenceMasks.Draw(Seed, BitErrorRate, counts), Seconds);
        return RatioResult.Of(
            Name, ours, their, "torch: all numbers of both fields drawn (by RawFuse's generator), compared, packed into bytes and tiled for every layer, as the reference does");
    });

    /// <summary>What both sides make of a layer's weights must be equal.</summary>
    private static void Compare(FrozenWeights weights, WeightFaults faults, int layer, long[] counts)
    {
        Shape shape = weights.Quantized.Shape;
        sbyte[] packed = weights.Quantized.Packed.ToArray(), clean = new sbyte[packed.Length];
        byte[] mask = faults[weights.Layer].ToArray(), ordered = new byte[mask.Length];
        WeightLayout.HwioToOihw<sbyte>(packed, clean, shape);
        WeightLayout.HwioToOihw<byte>(mask, ordered, shape);
        (sbyte[] and, sbyte[] or) = Libtorch.Run(() =>
        {
            (TorchSharp.torch.Tensor And, TorchSharp.torch.Tensor Or) masks = ReferenceMasks.Draw(Seed, BitErrorRate, counts)[layer];
            return (masks.And.data<sbyte>().ToArray(), masks.Or.data<sbyte>().ToArray());
        });
        for (int i = 0; i < clean.Length; i++)
        {
            int ours = clean[i] ^ (sbyte)ordered[i], theirs = (sbyte)((clean[i] & and[i]) | (byte)or[i]);
            if (ours != theirs) throw new RatioException($"{Name}: weight {i} of '{weights.Layer.Name}' becomes {ours} in RawFuse and {theirs} in torch.");
        }
    }
}
