using TorchSharp;
using static TorchSharp.torch.nn.functional;

namespace RawFuse.Parity.Cases;

/// <summary>Pooling and upsampling. Images of quarters make equal largest values frequent: the first one gets the gradient.</summary>
internal static class PoolCases
{
    public static readonly ParityCase[] All =
    [
        new(
            "max pool",
            [nameof(PoolingOperations.MaxPool2d)],
            Tolerance.ShortSum,
            draw => Pool(
                draw,
                draw.From(0, 2),
                (x, window, stride, padding) => x.MaxPool2d(window, stride, padding),
                (x, window, stride, padding) => max_pool2d(x, [window, window], [stride, stride], [padding, padding]))),
        new(
            "average pool",
            [nameof(PoolingOperations.AveragePool2d)],
            Tolerance.FewRoundings,
            draw => Pool(
                draw,
                mostPadding: 0,
                (x, window, stride, _) => x.AveragePool2d(window, stride),
                (x, window, stride, _) => avg_pool2d(x, [window, window], [stride, stride]))),
        new("adaptive average pool", [nameof(PoolingOperations.AdaptiveAveragePool2d)], Tolerance.ShortSum, AdaptivePool),
        new("upsample", [nameof(PoolingOperations.UpsampleNearest2d)], Tolerance.ShortSum, Upsample),
    ];

    private static OperationComparison Pool(
        Draw draw, int mostPadding, Func<Tensor, int, int, int, Tensor> ours, Func<torch.Tensor, long, long, long, torch.Tensor> theirs)
    {
        int window = draw.From(1, 4), stride = draw.From(0, 4), padding = Math.Min(mostPadding, window / 2);
        int height = draw.From(window, 9), width = draw.From(window, 9);
        return new(
            draw,
            $"window {window}, stride {stride}, padding {padding}",
            [draw.Either("x", draw.From(1, 4), height, width, draw.Channels())],
            (_, x) => ours(x[0], window, stride, padding),
            x => theirs(x[0].Nchw(), window, stride == 0 ? window : stride, padding).Nhwc());
    }

    private static OperationComparison AdaptivePool(Draw draw)
    {
        int height = draw.From(1, 9), width = draw.From(1, 9);
        return new(
            draw,
            $"to {height} x {width}",
            [draw.Real("x", draw.From(1, 4), draw.From(1, 12), draw.From(1, 12), draw.Channels())],
            (_, x) => x[0].AdaptiveAveragePool2d(height, width),
            x => adaptive_avg_pool2d(x[0].Nchw(), [height, width]).Nhwc());
    }

    private static OperationComparison Upsample(Draw draw)
    {
        int height = draw.From(1, 6), width = draw.From(1, 6), factor = draw.From(1, 4);
        return new(
            draw,
            $"factor {factor}",
            [draw.Real("x", draw.From(1, 4), height, width, draw.Channels())],
            (_, x) => x[0].UpsampleNearest2d(factor),
            x => interpolate(x[0].Nchw(), [height * factor, width * factor], mode: torch.InterpolationMode.Nearest).Nhwc());
    }
}
