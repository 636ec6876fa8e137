using RawFuse.Kernels;
using TorchSharp;
using static TorchSharp.torch.nn.functional;

namespace RawFuse.Parity.Cases;

/// <summary>Softmax cross-entropy with a weight per image.</summary>
internal static class LossCases
{
    public static readonly ParityCase[] All =
    [
        new("cross-entropy", [nameof(LossOperations.SoftmaxCrossEntropy)], Tolerance.ShortSum, draw => CrossEntropy(draw, isSum: true)),
        new("cross-entropy, image by image", [nameof(LossOperations.SoftmaxCrossEntropy)], Tolerance.ShortSum, draw => CrossEntropy(draw, isSum: false)),
    ];

    private static OperationComparison CrossEntropy(Draw draw, bool isSum)
    {
        int images = draw.From(1, 20), classes = draw.From(1, 40);
        double magnitude = draw.Pick(1, 10, 50), smoothing = draw.Pick(0, 0.1, 0.5, 1);
        long[] labels = [.. Enumerable.Range(0, images).Select(_ => (long)draw.From(0, classes - 1))];
        Argument logits = draw.Between("logits", -magnitude, magnitude, images, classes), weights = draw.Between("weights", 0, 1, images).Constant;
        return new(
            draw,
            $"logits up to {magnitude}, smoothing {smoothing}, sum {isSum}",
            [isSum ? logits : logits.Constant, weights],
            (run, x) =>
            {
                Storage<int> ourLabels = run.Own(run.Device.Allocate<int>([.. labels.Select(label => (int)label)]));
                Tensor sum = x[0].SoftmaxCrossEntropy(ourLabels, x[1].Storage, out Tensor losses, (float)smoothing);
                (isSum ? losses : sum).Dispose();
                return isSum ? sum : losses;
            },
            x =>
            {
                torch.Tensor losses = cross_entropy(x[0], torch.tensor(labels), reduction: torch.nn.Reduction.None, label_smoothing: smoothing) * x[1];
                return isSum ? losses.sum() : losses;
            });
    }
}
