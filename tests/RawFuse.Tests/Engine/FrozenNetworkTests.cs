using RawFuse.Kernels;

namespace RawFuse.Tests.Engine;

/// <summary>Frozen networks: what was folded together gives what the layers give one by one.</summary>
public sealed class FrozenNetworkTests : IDisposable
{
    private const double Tolerance = 1e-4;
    private const int Size = 6;
    private const int Channels = 5;

    /// <summary>Graphs that can be differentiated; each makes a network's output from its images.</summary>
    private static readonly Dictionary<string, Func<NetworkBuilder, Node>> Graphs = new()
    {
        ["conv, norm, relu"] = b => b.Relu(b.BatchNorm2d(Conv(b, b.Input, "a"), "n")),
        ["conv without bias"] = b => b.Relu(b.BatchNorm2d(b.Conv2d(b.Input, "a", 7, 3, stride: 2, padding: 1, bias: false), "n")),
        ["residual on the right"] = b => b.Relu(b.Add(b.BatchNorm2d(Conv(b, b.Input, "a"), "n"), b.Input)),
        ["residual on the left"] = b => b.Relu(b.Add(b.Input, b.BatchNorm2d(Conv(b, b.Input, "a"), "n"))),
        ["residual without a relu"] = b => b.Add(b.Input, Conv(b, b.Input, "a")),
        ["shortcut declared last"] = b => Block(b, b.Input, isShortcutFirst: false),
        ["shortcut declared first"] = b => Block(b, b.Input, isShortcutFirst: true),
        ["two blocks"] = b =>
        {
            Node x = b.Relu(Block(b, b.Input, isShortcutFirst: false));
            Node y = b.BatchNorm2d(Conv(b, b.Relu(b.BatchNorm2d(Conv(b, x, "c", 7), "nc")), "d", 7), "nd");
            return b.Linear(b.AveragePool2d(b.Relu(b.Add(y, x)), 3), "fc", 4);
        },
        ["concat"] = b => Conv(b, b.Concat(b.Relu(Conv(b, b.Input, "a")), b.Tanh(Conv(b, b.Input, "b", 3))), "c"),
        ["pad"] = b => Conv(b, b.Pad(b.Relu(Conv(b, b.Input, "a")), Size + 3, Size + 2, 1, 2), "c"),
        ["upsample"] = b => Conv(b, b.Upsample(b.MaxPool2d(b.Relu(Conv(b, b.Input, "a")), 2), 2), "c"),
        ["padded pool"] = b => Conv(b, b.MaxPool2d(b.Relu(b.BatchNorm2d(Conv(b, b.Input, "a"), "n")), 3, stride: 2, padding: 1), "c"),
        ["adaptive pool, two linear layers"] = b => b.Linear(b.Relu(b.Linear(b.AdaptiveAveragePool2d(Conv(b, b.Input, "a"), 4, 4), "fc", 6)), "fc2", 4),
        ["perturbation"] = b => Conv(b, b.Clamp(b.Perturb(b.Input, "U"), -1, 1), "a"),
        ["perturbation of a residual"] = b => b.Relu(b.Perturb(b.Add(b.Input, Conv(b, b.Input, "a")), "U")),
        ["norm of the images"] = b => b.Linear(b.Relu(b.BatchNorm2d(b.Input, "n")), "fc", 4),
        ["norm after a relu"] = b => Conv(b, b.BatchNorm2d(b.Relu(Conv(b, b.Input, "a")), "n"), "c"),
        ["two norms in a row"] = b => b.BatchNorm2d(b.BatchNorm2d(Conv(b, b.Input, "a"), "n"), "m"),
        ["a convolution read twice"] = b =>
        {
            Node x = Conv(b, b.Input, "a");
            return b.Add(b.Relu(x), b.BatchNorm2d(x, "n"));
        },
        ["a norm read twice"] = b =>
        {
            Node x = b.BatchNorm2d(Conv(b, b.Input, "a"), "n");
            return b.Concat(b.Relu(x), x);
        },
        ["a sum read twice"] = b =>
        {
            Node x = b.Add(b.Input, Conv(b, b.Input, "a"));
            return b.Add(b.Relu(x), Conv(b, x, "c"));
        },
        ["a value added to itself"] = b =>
        {
            Node x = Conv(b, b.Input, "a");
            return b.Relu(b.Add(x, x));
        },
        ["a residual that clamps"] = b => b.Clamp(b.Add(b.Input, Conv(b, b.Relu(Conv(b, b.Input, "a")), "c")), -0.75f, 0.5f),
        ["the output is read on"] = b =>
        {
            Node x = Conv(b, b.Input, "a");
            b.Relu(b.BatchNorm2d(x, "n"));
            return x;
        },
    };

    private readonly CpuDevice device = new(2);

    public static TheoryData<string> Names => [.. Graphs.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void FoldingChangesNothing(string name)
    {
        using Network network = Make(name, Graphs[name]);
        using FrozenNetwork frozen = FrozenNetwork.From(network);
        using Tensor images = Images(3);
        (double[] expected, double[] expectedGradient) = Run(images, x => network.Forward(x, new ForwardMode(WeightBits: 8)));
        (double[] actual, double[] gradient) = Run(images, x => frozen.Forward(x));
        AssertClose(expected, actual);
        AssertClose(expectedGradient, gradient);

        // Without a tape, too.
        using Tensor untaped = frozen.Forward(images);
        Assert.Equal([.. actual.Select(value => (float)value)], untaped.ToArray());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryShareOfTheImagesRunsOnItsOwnSet(string name)
    {
        const int sets = 3, images = 2;
        using Network network = Make(name, Graphs[name]);
        using FrozenNetwork frozen = FrozenNetwork.From(network);
        using Tensor all = Images(sets * images);
        float[] pixels = all.ToArray();
        byte[][][] masks = [.. frozen.Weights.Select((weights, layer) => Enumerable.Range(0, sets).Select(set => Mask(weights.Quantized.Shape.Length, layer, set)).ToArray())];
        using WeightFaults together = Faults(frozen, [.. masks.Select(mask => mask.SelectMany(bytes => bytes).ToArray())], sets);
        (double[] results, double[] gradients) = Run(all, x => frozen.Forward(x, together));
        for (int set = 0; set < sets; set++)
        {
            using Tensor share = Tensor.From(device, new Shape(images, Size, Size, Channels), pixels.AsSpan(set * pixels.Length / sets, pixels.Length / sets));
            using WeightFaults alone = Faults(frozen, [.. masks.Select(mask => mask[set])], 1);
            (double[] result, double[] gradient) = Run(share, x => frozen.Forward(x, alone), set * images);
            Assert.Equal(result, results.AsSpan(set * result.Length, result.Length).ToArray());
            Assert.Equal(gradient, gradients.AsSpan(set * gradient.Length, gradient.Length).ToArray());
            if (set != 0) continue;

            // Set 0 has no faults; the others have.
            (double[] clean, _) = Run(share, x => frozen.Forward(x));
            Assert.Equal(clean, result);
            Assert.NotEqual(clean, results.AsSpan(result.Length, result.Length).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void APassGivesATapesBitsTimeAndAgain(string name)
    {
        const int sets = 2, count = 4;
        using Network network = Make(name, Graphs[name]);
        using FrozenNetwork frozen = FrozenNetwork.From(network);
        using WeightFaults faults = Faults(frozen, [.. frozen.Weights.Select((weights, layer) => Enumerable.Range(0, sets).SelectMany(set => Mask(weights.Quantized.Shape.Length, layer, set)).ToArray())], sets);
        using Tensor images = Images(count);
        int length = images.Length;
        using FrozenPass pass = FrozenPass.Create(frozen, count);
        using Storage<float> gradient = device.Allocate<float>(length), outputGradient = device.Allocate<float>(pass.OutputLength);
        float[]? before = null;
        foreach (WeightFaults? with in (WeightFaults?[])[null, faults])
        {
            // The second gradient is added to the first; where images are read twice, part by part.
            (double[] result, double[] expected) = Run(images, x => frozen.Forward(x, with));
            device.Upload<float>(OutputGradient(pass.OutputLength), outputGradient);
            pass.Forward(images, with);
            pass.Backward(outputGradient, gradient, accumulate: before is not null, with);
            Assert.Equal(result, pass.Output.ToArray()[..pass.OutputLength].Select(value => (double)value));
            float[] actual = gradient.ToArray();
            if (before is null) Assert.Equal(expected, actual.Select(value => (double)value));
            else AssertClose([.. expected.Select((value, i) => before[i] + value)], [.. actual.Select(value => (double)value)]);
            before = actual;
            Assert.Equal(OutputGradient(pass.OutputLength), outputGradient.ToArray());
        }
    }

    [Fact]
    public void APassRefusesOtherBatches()
    {
        using Network network = Make("conv", Graphs["conv, norm, relu"]);
        using FrozenNetwork frozen = FrozenNetwork.From(network);
        using FrozenPass pass = FrozenPass.Create(frozen, 3);
        using Tensor images = Images(4);
        Assert.Throws<ShapeException>(() => pass.Forward(images));
        Assert.Throws<ArgumentOutOfRangeException>(() => FrozenPass.Create(frozen, 0));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheObserverSeesEveryWeightLayerOnce(string name)
    {
        using Network network = Make(name, Graphs[name]);
        using FrozenNetwork frozen = FrozenNetwork.From(network);
        var seen = new List<(WeightLayer, int)>();
        frozen.Observer = (layer, images) => seen.Add((layer, images));
        using Tensor images = Images(4);
        using (Tensor result = frozen.Forward(images))
        {
            Assert.Equal(frozen.Weights.Select(weights => (weights.Layer, 4)), seen);
            Assert.Equal(network.Definition.Layers.OfType<WeightLayer>(), seen.Select(pair => pair.Item1));
        }

        frozen.Observer = null;
        frozen.Forward(images).Dispose();
        Assert.Equal(frozen.Weights.Count, seen.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TransposedConvolutionsFoldTheirNormToo(bool hasBias)
    {
        using Network network = Make("deconv", b =>
        {
            Node x = b.Relu(b.BatchNorm2d(b.Conv2d(b.Input, "a", 6, 3, stride: 2, padding: 1), "n"));
            x = b.Relu(b.BatchNorm2d(b.ConvTranspose2d(x, "up", 7, 4, stride: 2, padding: 1, hasBias), "m"));
            return b.Add(b.Input, b.ConvTranspose2d(x, "last", Channels, 3, stride: 1, padding: 1, hasBias));
        });
        using FrozenNetwork frozen = FrozenNetwork.From(network);
        using Tensor images = Images(2);
        using Tensor expected = network.Forward(images, new ForwardMode(WeightBits: 8)), actual = frozen.Forward(images);
        AssertClose([.. expected.ToArray().Select(value => (double)value)], [.. actual.ToArray().Select(value => (double)value)]);

        images.TrackGradient();
        using Tape tape = Tape.Start();
        Assert.Contains("no backward pass", Assert.Throws<NotSupportedException>(() => frozen.Forward(images)).Message);
    }

    [Fact]
    public void FewerBitsAreTheUnfusedNetworks()
    {
        using Network network = Make("two blocks", Graphs["two blocks"]);
        using Tensor images = Images(2);
        for (int bits = 2; bits <= 8; bits++)
        {
            using FrozenNetwork frozen = FrozenNetwork.From(network, bits);
            using Tensor expected = network.Forward(images, new ForwardMode(WeightBits: bits)), actual = frozen.Forward(images);
            AssertClose([.. expected.ToArray().Select(value => (double)value)], [.. actual.ToArray().Select(value => (double)value)]);
        }
    }

    [Fact]
    public void RefusesWhatDoesNotFit()
    {
        using Network network = Make("conv, norm, relu", Graphs["conv, norm, relu"]);
        using FrozenNetwork frozen = FrozenNetwork.From(network);
        using Tensor images = Images(4), small = Tensor.Zeros(device, new Shape(1, Size, Size - 1, Channels));
        using var faults = new WeightFaults(frozen, 3);
        Assert.Contains("4 images cannot be shared equally by 3", Assert.Throws<ShapeException>(() => frozen.Forward(images, faults)).Message);
        Assert.Contains("takes images [N, 6, 6, 5]", Assert.Throws<ShapeException>(() => frozen.Forward(small)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new WeightFaults(frozen, 0));
    }

    [Fact]
    public void OutlivesTheNetworkItCameFrom()
    {
        FrozenNetwork frozen;
        using (Network network = Make("two blocks", Graphs["two blocks"])) frozen = FrozenNetwork.From(network);
        using (Tensor images = Images(1))
        using (Tensor before = frozen.Forward(images))
        using (Make("another in the same memory", Graphs["concat"]))
        using (Tensor after = frozen.Forward(images))
            Assert.Equal(before.ToArray(), after.ToArray());
        frozen.Dispose();
        Assert.Equal(0, device.Pool.BytesInUse);
    }

    public void Dispose() => device.Dispose();

    private static Node Conv(NetworkBuilder b, Node x, string name, int filters = Channels) => b.Conv2d(x, name, filters, 3, padding: 1);

    private static Node Block(NetworkBuilder b, Node x, bool isShortcutFirst)
    {
        Node? shortcut = isShortcutFirst ? Shortcut() : null;
        Node y = b.Relu(b.BatchNorm2d(b.Conv2d(x, "a", 7, 3, stride: 2, padding: 1, bias: false), "n"));
        y = b.BatchNorm2d(b.Conv2d(y, "b", 7, 3, padding: 1, bias: false), "m");
        return b.Relu(b.Add(y, shortcut ?? Shortcut()));

        Node Shortcut() => b.BatchNorm2d(b.Conv2d(x, "shortcut", 7, 1, stride: 2, bias: false), "shortcut norm");
    }

    private static byte[] Mask(int length, int layer, int set)
    {
        var mask = new byte[length];
        var random = new SplitMix64((ulong)((100 * layer) + set));
        if (set > 0) for (int i = 0; i < length; i++) mask[i] = random.NextInt(4) == 0 ? (byte)random.NextInt(256) : (byte)0;
        return mask;
    }

    private static void AssertClose(double[] expected, double[] actual)
    {
        double largest = expected.Max(Math.Abs);
        Assert.True(largest > 1e-3, "The case tests nothing.");
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.InRange(Math.Abs(expected[i] - actual[i]), 0, Tolerance * Math.Max(1, largest));
    }

    /// <summary>A result, and the gradient of the images for a fixed random weight per image and output.</summary>
    private (double[] Result, double[] Gradient) Run(Tensor images, Func<Tensor, Tensor> forward, int firstImage = 0)
    {
        using Tensor tracked = images.Share().TrackGradient();
        using Tape tape = Tape.Start();
        using Tensor result = forward(tracked);
        using Tensor gradient = Tensor.From(device, result.Shape, OutputGradient(result.Length, firstImage * result.Length / result.Shape[0]));
        tape.Backward(result, gradient);
        return ([.. result.ToArray().Select(value => (double)value)], [.. tracked.Gradient!.ToArray().Select(value => (double)value)]);
    }

    private static float[] OutputGradient(int length, int first = 0) =>
        [.. Enumerable.Range(first, length).Select(i => (2 * new SplitMix64((ulong)i).NextSingle()) - 1)];

    private WeightFaults Faults(FrozenNetwork network, byte[][] masks, int sets)
    {
        var faults = new WeightFaults(network, sets);
        for (int i = 0; i < masks.Length; i++) device.Upload<byte>(masks[i], faults[network.Weights[i].Layer]);
        return faults;
    }

    private Tensor Images(int count)
    {
        var random = new SplitMix64(77);
        var shape = new Shape(count, Size, Size, Channels);
        return Tensor.From(device, shape, [.. Enumerable.Range(0, shape.Length).Select(_ => (2 * random.NextSingle()) - 1)]);
    }

    /// <summary>A network whose biases and normalizations are anything but neutral.</summary>
    private Network Make(string name, Func<NetworkBuilder, Node> graph)
    {
        var builder = new NetworkBuilder(Size, Size, Channels);
        var network = new Network(builder.Build(name, graph(builder)), device, seed: 4);
        var random = new SplitMix64(5);
        foreach (ParameterSpec parameter in network.Definition.Parameters.Where(parameter => parameter.Role != ParameterRole.Weight))
        {
            float middle = parameter.Role is ParameterRole.Gamma or ParameterRole.RunningVariance ? 1 : 0;
            network[parameter.Name].Set([.. Enumerable.Range(0, parameter.Shape.Length).Select(_ => middle + (0.8f * (random.NextSingle() - 0.5f)))]);
        }

        return network;
    }
}
