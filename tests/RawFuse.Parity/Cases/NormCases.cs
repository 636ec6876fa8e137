using TorchSharp;
using static TorchSharp.torch.nn.functional;

namespace RawFuse.Parity.Cases;

/// <summary>Batch normalization, in training (results, gradients, running statistics) and in inference.</summary>
internal static class NormCases
{
    public static readonly ParityCase[] All =
    [
        new("batch norm in training", [nameof(NormalizationOperations.BatchNorm)], Tolerance.Magnified, Training),
        new("batch norm in inference", [nameof(NormalizationOperations.BatchNormInference)], Tolerance.FewRoundings, Inference),
    ];

    private static OperationComparison Training(Draw draw)
    {
        (Argument x, int channels) = Images(draw);
        float momentum = draw.Pick(0, 0.1f, 0.5f, 1, draw.Real(0, 1)), epsilon = draw.Pick(1e-5f, 1e-3f);
        return new(
            draw,
            $"momentum {momentum}, epsilon {epsilon}",
            [
                x, draw.Between("gamma", 0.5, 1.5, channels), draw.Real("beta", channels), draw.Real("running mean", channels).Updated,
                draw.Between("running variance", 0.5, 1.5, channels).Updated,
            ],
            (_, a) => a[0].BatchNorm(a[1], a[2], a[3], a[4], momentum, epsilon),
            a => ChannelsLast(a[0], x => batch_norm(x, a[3], a[4], a[1], a[2], training: true, momentum, epsilon)));
    }

    private static OperationComparison Inference(Draw draw)
    {
        (Argument x, int channels) = Images(draw);
        float epsilon = draw.Pick(1e-5f, 1e-3f);
        return new(
            draw,
            $"epsilon {epsilon}",
            [
                x, draw.Between("gamma", 0.5, 1.5, channels).Constant, draw.Real("beta", channels).Constant, draw.Real("mean", channels).Constant,
                draw.Between("variance", 0.5, 1.5, channels).Constant,
            ],
            (_, a) => a[0].BatchNormInference(a[1], a[2], a[3], a[4], epsilon),
            a => ChannelsLast(a[0], x => batch_norm(x, a[3], a[4], a[1], a[2], training: false, eps: epsilon)));
    }

    /// <summary>Rows or images, at least two values per channel, around a mean that may be far from 0.</summary>
    private static (Argument X, int Channels) Images(Draw draw)
    {
        int channels = draw.Channels();
        double mean = draw.Pick(0, 0, 3);
        int[] sizes = draw.Coin() ? [draw.From(2, 40), channels] : [draw.From(2, 5), draw.From(1, 7), draw.From(1, 7), channels];
        return (draw.Between("x", mean - 1, mean + 1, sizes), channels);
    }

    private static torch.Tensor ChannelsLast(torch.Tensor x, Func<torch.Tensor, torch.Tensor> norm) => x.dim() == 4 ? norm(x.Nchw()).Nhwc() : norm(x);
}
