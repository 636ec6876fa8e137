using RawFuse.Kernels;

namespace RawFuse.Tests.Engine;

/// <summary>Frozen networks on int8 activations: bit for bit what a simulation gives, one number at a time, and close to what floats give.</summary>
public sealed class Int8NetworkTests : IDisposable
{
    private const int Size = 6;
    private const int Channels = 5;

    private static readonly Dictionary<string, Func<NetworkBuilder, Node>> Graphs = new()
    {
        ["conv, norm, relu, conv"] = b => Conv(b, b.Relu(b.BatchNorm2d(Conv(b, b.Input, "a"), "n")), "c"),
        ["one layer"] = b => Conv(b, b.Input, "a"),
        ["strides and kernels"] = b => b.Conv2d(b.Relu(b.Conv2d(b.Relu(b.Conv2d(b.Input, "a", 9, 3, stride: 2, padding: 1)), "b", 34, 1)), "c", 7, 2, bias: false),
        ["no relu between"] = b => Conv(b, Conv(b, b.Input, "a", 17), "c"),
        ["residual of the images"] = b => Conv(b, b.Relu(b.Add(b.BatchNorm2d(Conv(b, b.Input, "a"), "n"), b.Input)), "c"),
        ["residual in the result"] = b => b.Add(b.Input, Conv(b, b.Relu(Conv(b, b.Input, "a", 12)), "c")),
        ["block with a shortcut"] = b =>
        {
            Node x = b.Relu(b.BatchNorm2d(Conv(b, b.Input, "a", 8), "n"));
            Node y = b.BatchNorm2d(Conv(b, b.Relu(b.BatchNorm2d(b.Conv2d(x, "c", 7, 3, stride: 2, padding: 1, bias: false), "d")), "e", 7), "f");
            y = b.Relu(b.Add(y, b.BatchNorm2d(b.Conv2d(x, "s", 7, 1, stride: 2, bias: false), "t")));
            return b.Linear(b.AveragePool2d(y, 3), "fc", 4);
        },
        ["maxima of bytes"] = b => b.Linear(b.MaxPool2d(b.Relu(Conv(b, b.MaxPool2d(b.MaxPool2d(Conv(b, b.Input, "a", 40), 2, 1), 2, 1), "c", 33)), 2), "fc", 10),
        ["padded maxima"] = b => Conv(b, b.MaxPool2d(b.Relu(b.BatchNorm2d(Conv(b, b.Input, "a"), "n")), 3, stride: 2, padding: 1), "c"),
        ["maxima of the images"] = b => Conv(b, b.MaxPool2d(b.Input, 2), "c"),
        ["maxima in the result"] = b => b.MaxPool2d(b.Relu(Conv(b, b.Input, "a")), 2),
        ["adaptive pool, two linear layers"] = b => b.Linear(b.Relu(b.Linear(b.AdaptiveAveragePool2d(Conv(b, b.Input, "a"), 4, 4), "fc", 6)), "fc2", 4),
        ["layers on floats"] = b => Conv(b, b.Concat(b.Relu(Conv(b, b.Input, "a")), b.Upsample(b.Tanh(b.Conv2d(b.Input, "b", 3, 2, stride: 2)), 2)), "c"),
        ["transposed convolution"] = b => Conv(b, b.Relu(b.ConvTranspose2d(b.Relu(Conv(b, b.Input, "a")), "up", 6, 4, stride: 2, padding: 1)), "c"),
        ["norm of the images"] = b => b.Linear(b.Relu(b.BatchNorm2d(b.Input, "n")), "fc", 4),
        ["the output is read on"] = b =>
        {
            Node x = Conv(b, b.Input, "a");
            b.Relu(Conv(b, x, "c"));
            return x;
        },
        ["read as bytes and as floats"] = b =>
        {
            Node x = b.Relu(Conv(b, b.Input, "a"));
            return b.Add(b.Tanh(x), Conv(b, x, "c"));
        },
    };

    private readonly CpuDevice device = new(2);

    public static TheoryData<string> Names => [.. Graphs.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void EqualsTheSimulation(string name)
    {
        const int sets = 3, images = 2;

        // Ranges of the images themselves, and of images a third as bright: then many numbers lie beyond.
        foreach (float brightness in (float[])[1, 0.3f])
        {
            using FrozenNetwork frozen = Freeze(device, name);
            using Tensor all = Images(device, sets * images), seen = Images(device, sets * images, brightness);
            ActivationRanges ranges = Calibrate(frozen, seen);
            frozen.UseInt8(ranges);
            Dictionary<string, byte[][]> masks = frozen.Weights.ToDictionary(weights => weights.Layer.Name, weights => Masks(weights.Quantized.Shape.Length, sets));
            sbyte[] WeightsOf(WeightLayer layer, int image)
            {
                sbyte[] clean = frozen.Weights.Single(weights => weights.Layer == layer).Quantized.Packed.ToArray();
                return [.. clean.Zip(masks[layer.Name][image / images], (weight, flips) => (sbyte)((byte)weight ^ flips))];
            }

            // Transposed convolutions know no faults.
            bool isFaulty = !frozen.Definition.Layers.OfType<ConvTransposeLayer>().Any();
            using var faults = new WeightFaults(frozen, sets);
            foreach (FrozenWeights weights in frozen.Weights) device.Upload<byte>([.. masks[weights.Layer.Name].SelectMany(mask => mask)], faults[weights.Layer]);
            using Tensor result = frozen.Forward(all, isFaulty ? faults : null);
            var cached = new Dictionary<(string, int), sbyte[]>();
            float[] expected = new Int8Simulation(frozen, ranges).Run(all, (layer, image) =>
            {
                int set = isFaulty ? image / images : 0;
                return cached.TryGetValue((layer.Name, set), out sbyte[]? known) ? known : cached[(layer.Name, set)] = WeightsOf(layer, set * images);
            });
            Assert.Equal(expected, result.ToArray());

            foreach (int threads in (int[])[1, 3])
            {
                using var other = new CpuDevice(threads);
                using FrozenNetwork same = Freeze(other, name);
                using Tensor copies = Images(other, sets * images), alsoSeen = Images(other, sets * images, brightness);
                same.UseInt8(Calibrate(same, alsoSeen));
                using var sameFaults = new WeightFaults(same, sets);
                foreach (FrozenWeights weights in same.Weights) other.Upload<byte>([.. masks[weights.Layer.Name].SelectMany(mask => mask)], sameFaults[weights.Layer]);
                using Tensor again = same.Forward(copies, isFaulty ? sameFaults : null);
                Assert.Equal(expected, again.ToArray());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void IsCloseToFloats(string name)
    {
        using FrozenNetwork frozen = Freeze(device, name);
        using Tensor images = Images(device, 8);
        using Tensor floats = frozen.Forward(images);
        frozen.UseInt8(Calibrate(frozen, images));
        Assert.True(frozen.IsInt8);
        using Tensor bytes = frozen.Forward(images);
        double error = Math.Sqrt(floats.ToArray().Zip(bytes.ToArray(), (f, b) => Math.Pow(f - b, 2)).Sum() / floats.ToArray().Sum(f => f * f));
        Assert.InRange(error, 1e-6, 0.03);

        frozen.UseInt8(null);
        Assert.False(frozen.IsInt8);
        using Tensor back = frozen.Forward(images);
        Assert.Equal(floats.ToArray(), back.ToArray());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheObserverSeesEveryWeightLayerOnce(string name)
    {
        using FrozenNetwork frozen = Freeze(device, name);
        using Tensor images = Images(device, 4);
        frozen.UseInt8(Calibrate(frozen, images));
        var seen = new List<(WeightLayer, int)>();
        frozen.Observer = (layer, count) => seen.Add((layer, count));
        frozen.Forward(images).Dispose();
        Assert.Equal(frozen.Weights.Select(weights => (weights.Layer, 4)), seen);
    }

    [Fact]
    public void NumbersBeyondTheRangeAreTakenForItsLimit()
    {
        // A 1x1 convolution that copies: the images' range is that of small images, so large ones come out as its limits.
        var builder = new NetworkBuilder(1, 1, 1);
        using var network = new Network(builder.Build("copy", builder.Conv2d(builder.Input, "a", 1, 1, bias: false)), device, seed: 1);
        network["a.weight"].Set([1]);
        using FrozenNetwork frozen = FrozenNetwork.From(network);
        using Tensor small = Tensor.From(device, new Shape(2, 1, 1, 1), [0.5f, -0.25f]), large = Tensor.From(device, new Shape(4, 1, 1, 1), [3f, -7f, 0.5f, 0f]);
        ActivationRanges ranges = Calibrate(frozen, small);
        Assert.Equal(new ActivationRange(0.5f, IsSigned: true), ranges[network.Definition.Input]);
        frozen.UseInt8(ranges);
        using Tensor result = frozen.Forward(large);
        float[] values = result.ToArray();
        for (int i = 0; i < 4; i++) Assert.Equal(new[] { 0.5f, -0.5f, 0.5f, 0f }[i], values[i], 1e-6f);
    }

    [Fact]
    public void RangesHoldEverythingSeen()
    {
        var builder = new NetworkBuilder(1, 1, 1);
        using var network = new Network(builder.Build("relu", builder.Conv2d(builder.Relu(builder.Conv2d(builder.Input, "a", 1, 1, bias: false)), "b", 1, 1)), device, seed: 1);
        network["a.weight"].Set([2]);
        using FrozenNetwork frozen = FrozenNetwork.From(network);
        var calibrator = new ActivationCalibrator(frozen);
        foreach (float[] pixels in (float[][])[[0.5f, 0.25f], [], [-0f], [-0.75f, 0.125f]])
        {
            using Tensor images = Tensor.From(device, new Shape(pixels.Length, 1, 1, 1), pixels);
            calibrator.Observe(images);
        }

        ActivationRanges ranges = calibrator.Ranges();
        Assert.Equal(5, calibrator.Images);
        Assert.Equal(new ActivationRange(0.75f, IsSigned: true), ranges[network.Definition.Input]);
        Node activated = network.Definition.Layers.Single(layer => layer is ActivationLayer).Output;
        Assert.Equal((1f, false), (ranges[activated].Largest, ranges[activated].IsSigned));
        Assert.Throws<KeyNotFoundException>(() => ranges[network.Definition.Layers[0].Output]);

        Assert.Equal(1, new ActivationRange(0, IsSigned: true).Step);
        Assert.Equal(2, new ActivationRange(254, IsSigned: true).Step);
        Assert.Equal(2, new ActivationRange(510, IsSigned: false).Step);
        foreach (float number in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            using Tensor image = Tensor.From(device, new Shape(1, 1, 1, 1), [number]);
            Assert.Contains("NaN or infinite", Assert.Throws<ArgumentException>(() => calibrator.Observe(image)).Message);
        }
    }

    [Fact]
    public void RefusesWhatDoesNotFit()
    {
        using FrozenNetwork frozen = Freeze(device, "conv, norm, relu, conv"), other = Freeze(device, "one layer");
        using Tensor images = Images(device, 4);
        var calibrator = new ActivationCalibrator(frozen);
        Assert.Contains("has seen no images", Assert.Throws<InvalidOperationException>(() => calibrator.Ranges()).Message);
        using Tensor small = Tensor.Zeros(device, new Shape(1, Size, Size - 1, Channels));
        Assert.Throws<ShapeException>(() => calibrator.Observe(small));
        calibrator.Observe(images);
        Assert.Equal(4, calibrator.Images);
        Assert.Contains("ranges of another network", Assert.Throws<ArgumentException>(() => other.UseInt8(calibrator.Ranges())).Message);

        frozen.UseInt8(calibrator.Ranges());
        images.TrackGradient();
        using Tape tape = Tape.Start();
        Assert.Contains("have no gradients", Assert.Throws<NotSupportedException>(() => frozen.Forward(images)).Message);
    }

    [Fact]
    public void NothingIsLeftBehind()
    {
        using (FrozenNetwork frozen = Freeze(device, "layers on floats"))
        using (Tensor images = Images(device, 2))
        {
            frozen.UseInt8(Calibrate(frozen, images));
            frozen.Forward(images).Dispose();
        }

        Assert.Equal(0, device.Pool.BytesInUse);
    }

    public void Dispose() => device.Dispose();

    private static Node Conv(NetworkBuilder b, Node x, string name, int filters = Channels) => b.Conv2d(x, name, filters, 3, padding: 1);

    private static ActivationRanges Calibrate(FrozenNetwork network, Tensor images)
    {
        var calibrator = new ActivationCalibrator(network);
        calibrator.Observe(images);
        return calibrator.Ranges();
    }

    private static byte[][] Masks(int length, int sets)
    {
        var random = new SplitMix64((ulong)length);
        byte[][] masks = [.. Enumerable.Range(0, sets).Select(_ => new byte[length])];
        foreach (byte[] mask in masks.Skip(1))
            for (int i = 0; i < length; i++)
                mask[i] = random.NextInt(4) == 0 ? (byte)random.NextInt(256) : (byte)0;
        return masks;
    }

    private static Tensor Images(Device device, int count, float brightness = 1)
    {
        var random = new SplitMix64(77);
        var shape = new Shape(count, Size, Size, Channels);
        return Tensor.From(device, shape, [.. Enumerable.Range(0, shape.Length).Select(_ => brightness * ((2 * random.NextSingle()) - 1))]);
    }

    /// <summary>A network whose biases and normalizations are anything but neutral.</summary>
    private static FrozenNetwork Freeze(Device device, string name)
    {
        var builder = new NetworkBuilder(Size, Size, Channels);
        using var network = new Network(builder.Build(name, Graphs[name](builder)), device, seed: 4);
        var random = new SplitMix64(5);
        foreach (ParameterSpec parameter in network.Definition.Parameters.Where(parameter => parameter.Role != ParameterRole.Weight))
        {
            float middle = parameter.Role is ParameterRole.Gamma or ParameterRole.RunningVariance ? 1 : 0;
            network[parameter.Name].Set([.. Enumerable.Range(0, parameter.Shape.Length).Select(_ => middle + (0.8f * (random.NextSingle() - 0.5f)))]);
        }

        return FrozenNetwork.From(network);
    }
}
