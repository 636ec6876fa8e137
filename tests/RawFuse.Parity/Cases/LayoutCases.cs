using TorchSharp;
using static TorchSharp.torch.nn.functional;

namespace RawFuse.Parity.Cases;

/// <summary>Operations that move values.</summary>
internal static class LayoutCases
{
    public static readonly ParityCase[] All =
    [
        new("reshape", [nameof(LayoutOperations.Reshape)], Tolerance.Exact, Reshape),
        new("concat", [nameof(LayoutOperations.ConcatChannels)], Tolerance.Exact, Concat),
        new("pad and crop", [nameof(LayoutOperations.Pad2d)], Tolerance.Exact, Pad),
        new("repeat batch", [nameof(LayoutOperations.RepeatBatch)], Tolerance.FewRoundings, RepeatBatch),
    ];

    private static OperationComparison Reshape(Draw draw)
    {
        int[] sizes = draw.Sizes();
        int[] other = sizes.Length switch
        {
            1 => [1, sizes[0], 1],
            2 => [sizes[1], sizes[0]],
            3 => [sizes[0] * sizes[1], sizes[2]],
            _ => [sizes[0], sizes[1] * sizes[2] * sizes[3]],
        };
        return new(draw, "", [draw.Real("x", sizes)], (_, x) => x[0].Reshape(new Shape(other)), x => x[0].reshape([.. other.Select(size => (long)size)]));
    }

    private static OperationComparison Concat(Draw draw)
    {
        int images = draw.From(1, 4), height = draw.From(1, 7), width = draw.From(1, 7);
        Argument x = draw.Real("x", images, height, width, draw.Channels()), y = draw.Real("y", images, height, width, draw.Channels());
        return new(draw, "", [x, y], (_, a) => a[0].ConcatChannels(a[1]), a => torch.cat([a[0], a[1]], 3));
    }

    private static OperationComparison Pad(Draw draw)
    {
        int height = draw.From(1, 7), width = draw.From(1, 7);

        // libtorch wants at least one row and column of the images left.
        int top = draw.From(-(height - 1) / 2, 3), bottom = draw.From(-(height - 1) / 2, 3);
        int left = draw.From(-(width - 1) / 2, 3), right = draw.From(-(width - 1) / 2, 3);
        return new(
            draw,
            $"top {top}, bottom {bottom}, left {left}, right {right}",
            [draw.Real("x", draw.From(1, 4), height, width, draw.Channels())],
            (_, x) => x[0].Pad2d(height + top + bottom, width + left + right, top, left),
            x => pad(x[0], [0, 0, left, right, top, bottom]));
    }

    private static OperationComparison RepeatBatch(Draw draw)
    {
        int[] sizes = draw.Sizes();
        int times = draw.From(1, 5);
        return new(
            draw,
            $"{times} times",
            [draw.Real("x", sizes)],
            (_, x) => x[0].RepeatBatch(times),
            x => x[0].repeat([times, .. Enumerable.Repeat(1L, sizes.Length - 1)]));
    }
}
