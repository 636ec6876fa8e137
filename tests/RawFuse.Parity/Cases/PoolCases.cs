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
                draw, (x, window, stride) => x.MaxPool2d(window, stride), (x, window, stride) => max_pool2d(x, [window, window], [stride, stride]))),
        new(
            "average pool",
            [nameof(PoolingOperations.AveragePool2d)],
            Tolerance.FewRoundings,
            draw => Pool(
                draw, (x, window, stride) => x.AveragePool2d(window, stride), (x, window, stride) => avg_pool2d(x, [window, window], [stride, stride]))),
        new("upsample", [nameof(PoolingOperations.UpsampleNearest2d)], Tolerance.ShortSum, Upsample),
    ];

    private static OperationComparison Pool(Draw draw, Func<Tensor, int, int, Tensor> ours, Func<torch.Tensor, long, long, torch.Tensor> theirs)
    {
        int window = draw.From(1, 4), stride = draw.From(0, 4), height = draw.From(window, 9), width = draw.From(window, 9);
        return new(
            draw,
            $"window {window}, stride {stride}",
            [draw.Either("x", draw.From(1, 4), height, width, draw.Channels())],
            (_, x) => ours(x[0], window, stride),
            x => theirs(x[0].Nchw(), window, stride == 0 ? window : stride).Nhwc());
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
