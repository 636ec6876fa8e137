using RawFuse.Bench.Ratios.Torch;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Generators;
using RawFuse.NeuralFuse.Training;
using RawFuse.Parity;

namespace RawFuse.Bench.Ratios.Inference;

/// <summary>A protected model as it is used: images through the generator and the base model, both frozen.</summary>
internal static class InferenceCases
{
    private const double Seconds = 2;

    public static IEnumerable<RatioCase> All =>
        from pair in new[] { (Base: "resnet18", Generator: "ConvL"), (Base: "vgg11", Generator: "UNetL") }
        from images in new[] { 1, 32 }
        select Case(pair.Base, pair.Generator, images);

    private static RatioCase Case(string baseModel, string generator, int images)
    {
        string name = $"inference-{baseModel}-{generator.ToLowerInvariant()}-b{images}";
        return new(name, threads =>
        {
            using var device = new CpuDevice(threads);
            using var classifier = new Network(BaseModel.Define(baseModel, classes: 10), device, seed: 1);
            using var fuse = new Network(Generator.Define(generator), device, seed: 2);
            using FrozenNetwork frozenClassifier = FrozenNetwork.From(classifier), frozenFuse = FrozenNetwork.From(fuse);
            using Batch batch = new RandomImages(images).AsBatch(device);
            Tensor Logits()
            {
                using Tensor fused = frozenFuse.Forward(batch.Images);
                return frozenClassifier.Forward(fused);
            }

            using TorchInference theirs = FasterLayout.Of(
                format => new TorchInference(new(fuse, frozenFuse, format), new(classifier, frozenClassifier, format), batch, format), torch => torch.Logits());
            using (Tensor logits = Logits()) Agreement.Network.Check($"{name}: logits", logits.ToArray(), Libtorch.Run(() => theirs.Logits().Values()));
            (double ours, double their) = SideBySide.Milliseconds(() => Logits().Dispose(), () => theirs.Logits(), Seconds);
            return RatioResult.Of(
                name, ours, their, $"torch: batch normalizations folded, float32 weights, inference mode, {theirs.Format.Word()}; RawFuse: packed int8 weights");
        });
    }
}
