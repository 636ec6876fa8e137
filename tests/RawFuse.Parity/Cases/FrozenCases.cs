using RawFuse.Kernels;
using TorchSharp;
using static TorchSharp.torch.nn.functional;

namespace RawFuse.Parity.Cases;

/// <summary>
/// Convolutions on packed int8 weights with faults, against libtorch's on the weights that the bytes stand for, set by set. Where a ReLU follows, all numbers
/// are quarters and no sum is rounded: both sides agree on which outputs are 0, and exact zeros before the ReLU are frequent.
/// </summary>
internal static class FrozenCases
{
    public static readonly ParityCase[] All =
    [
        new("frozen conv", [nameof(FrozenConvolution.FrozenConv2d)], Tolerance.LongSum, Conv2d),
        new("frozen conv transpose", [nameof(FrozenConvolution.FrozenConvTranspose2d)], Tolerance.LongSum, ConvTranspose2d),
    ];

    private static OperationComparison Conv2d(Draw draw)
    {
        int inputs = draw.Channels(), outputs = draw.Channels(), stride = draw.From(1, 3), padding = draw.From(0, 3);
        int kernelHeight = draw.From(1, 5), kernelWidth = draw.From(1, 5), sets = draw.From(1, 4), images = sets * draw.From(1, 3);
        int height = draw.From(Math.Max(1, kernelHeight - (2 * padding)), 8), width = draw.From(Math.Max(1, kernelWidth - (2 * padding)), 8);
        int outHeight = ((height + (2 * padding) - kernelHeight) / stride) + 1, outWidth = ((width + (2 * padding) - kernelWidth) / stride) + 1;
        bool relu = draw.Coin(), isExact = relu || draw.Coin(), hasFaults = draw.Coin();
        var packed = new PackedWeights(draw, isExact, sets, hasFaults, kernelHeight, kernelWidth, inputs, outputs);
        var arguments = new Arguments(draw, isExact);
        arguments.Add("x", images, height, width, inputs);
        int scale = draw.Coin() ? arguments.AddConstant("scale", outputs) : -1, shift = draw.Coin() ? arguments.AddConstant("shift", outputs) : -1;
        int residual = draw.Coin() ? arguments.Add("residual", images, outHeight, outWidth, outputs) : -1;
        return new OperationComparison(
            draw,
            $"weights {packed.Shape}, sets {sets}, faults {hasFaults}, relu {relu}, exact {isExact}, stride {stride}, padding {padding}",
            arguments.ToArray(),
            (run, x) =>
            {
                (QuantizedWeights weights, Storage<byte>? faults) = packed.Upload(run);
                return x[0].FrozenConv2d(weights, faults, sets, At(x, scale), At(x, shift), At(x, residual), relu, stride, padding);
            },
            x =>
            {
                IEnumerable<torch.Tensor> parts = x[0].Nchw().chunk(sets)
                    .Select((part, set) => conv2d(part, packed.Set(set).Oihw(), null, [stride, stride], [padding, padding]));
                return Finish(torch.cat([.. parts], 0).Nhwc(), At(x, scale), At(x, shift), At(x, residual), relu);
            });
    }

    private static OperationComparison ConvTranspose2d(Draw draw)
    {
        int inputs = draw.Channels(), outputs = draw.Channels(), stride = draw.From(1, 3), padding = draw.From(0, 1);
        int kernelHeight = draw.From(2, 4), kernelWidth = draw.From(2, 4);
        bool relu = draw.Coin(), isExact = relu || draw.Coin();
        var packed = new PackedWeights(draw, isExact, 1, false, kernelHeight, kernelWidth, outputs, inputs);
        var arguments = new Arguments(draw, isExact);
        arguments.AddConstant("x", draw.From(1, 3), draw.From(2, 6), draw.From(2, 6), inputs);
        int scale = draw.Coin() ? arguments.AddConstant("scale", outputs) : -1, shift = draw.Coin() ? arguments.AddConstant("shift", outputs) : -1;
        return new OperationComparison(
            draw,
            $"weights {packed.Shape}, relu {relu}, exact {isExact}, stride {stride}, padding {padding}",
            arguments.ToArray(),
            (run, x) => x[0].FrozenConvTranspose2d(packed.Upload(run).Weights, At(x, scale), At(x, shift), relu, stride, padding),
            x =>
            {
                torch.Tensor y = conv_transpose2d(x[0].Nchw(), packed.Set(0).Oihw(), null, [stride, stride], [padding, padding]);
                return Finish(y.Nhwc(), At(x, scale), At(x, shift), null, relu);
            });
    }

    private static torch.Tensor Finish(torch.Tensor y, torch.Tensor? scale, torch.Tensor? shift, torch.Tensor? residual, bool relu)
    {
        if (scale is not null) y = y * scale;
        if (shift is not null) y = y + shift;
        if (residual is not null) y = y + residual;
        return relu ? y.relu() : y;
    }

    private static T? At<T>(T[] tensors, int index)
        where T : class => index < 0 ? null : tensors[index];

    /// <summary>The arguments of a case, some of them optional.</summary>
    private sealed class Arguments(Draw draw, bool isExact)
    {
        private readonly List<Argument> list = [];

        public int Add(string name, params int[] sizes)
        {
            list.Add(isExact ? draw.Tied(name, sizes) : draw.Real(name, sizes));
            return list.Count - 1;
        }

        public int AddConstant(string name, params int[] sizes)
        {
            int index = Add(name, sizes);
            list[index] = list[index].Constant;
            return index;
        }

        public Argument[] ToArray() => [.. list];
    }

    /// <summary>Random bytes, a mask of flipped bits per set, and the scale: 2^-7 where sums are to be exact.</summary>
    private sealed class PackedWeights(Draw draw, bool isExact, int sets, bool hasFaults, params int[] sizes)
    {
        private readonly byte[] bytes = draw.Bytes(sizes.Aggregate((product, size) => product * size));
        private readonly byte[]? masks = hasFaults ? draw.Bytes(sets * sizes.Aggregate((product, size) => product * size)) : null;
        private readonly float scale = isExact ? 1f / 128 : draw.Real(0.002, 0.01);

        public Shape Shape { get; } = new(sizes);

        public (QuantizedWeights Weights, Storage<byte>? Faults) Upload(OurRun run)
        {
            sbyte[] packed = [.. bytes.Select(value => (sbyte)value)];
            var weights = new QuantizedWeights(Shape, run.Device.Allocate<sbyte>(packed), scale, 8);
            return (run.Own(weights), masks is null ? null : run.Own(run.Device.Allocate<byte>(masks)));
        }

        /// <summary>What a set's bytes stand for.</summary>
        public torch.Tensor Set(int set)
        {
            double[] values = [.. bytes.Select((value, i) => (double)scale * (sbyte)(value ^ (masks?[(set * bytes.Length) + i] ?? 0)))];
            return torch.tensor(values, [.. sizes.Select(size => (long)size)]);
        }
    }
}
