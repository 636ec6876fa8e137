using System.Runtime.InteropServices;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Models;
using RawFuse.Serialization;
using RawFuse.Tests.Serialization;

namespace RawFuse.Tests.Engine;

/// <summary>Networks in files: exact round trips, PyTorch's names and layouts, and messages that name the file and the tensor.</summary>
public sealed class NetworkFileTests : IDisposable
{
    private readonly CpuDevice device = new(1);
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void ANetworkComesBackBitForBit()
    {
        using Network network = Toy(seed: 3);
        string path = Save(network);
        using Network loaded = NetworkFile.Load(network.Definition, device, SafetensorsFile.Read(path));
        AssertSame(network, loaded);
        Assert.All(loaded.TrainedTensors, tensor => Assert.True(tensor.NeedsGradient));
    }

    [Fact]
    public void NamesShapesAndOrderArePyTorchs()
    {
        using Network network = Toy(seed: 3);
        SafetensorsFile file = SafetensorsFile.Read(Save(network));
        (string Name, int[] Shape)[] expected =
        [
            ("conv.weight", [4, 3, 3, 3]), ("conv.bias", [4]), ("bn.weight", [4]), ("bn.bias", [4]), ("bn.running_mean", [4]), ("bn.running_var", [4]),
            ("bn.num_batches_tracked", []), ("up.weight", [4, 2, 2, 2]), ("fc.weight", [5, 2 * 8 * 8]), ("fc.bias", [5]),
        ];
        Assert.Equal(expected.Select(tensor => tensor.Name), file.Tensors.Select(tensor => tensor.Name));
        foreach ((string name, int[] shape) in expected) Assert.Equal(shape, file.Get(name).Shape.ToArray());
        Assert.Equal(SafetensorsType.I64, file.Get("bn.num_batches_tracked").Type);
        Assert.Equal([0L], file.Get("bn.num_batches_tracked").AsInt64().ToArray());

        // OIHW in the file, HWIO in memory; a linear layer's inputs go channel by channel in the file, pixel by pixel in memory.
        float[] conv = network["conv.weight"].ToArray(), linear = network["fc.weight"].ToArray(), up = network["up.weight"].ToArray();
        ReadOnlySpan<float> convInFile = file.Get("conv.weight").AsFloat32(), linearInFile = file.Get("fc.weight").AsFloat32(), upInFile = file.Get("up.weight").AsFloat32();
        for (int o = 0; o < 4; o++)
            for (int i = 0; i < 3; i++)
                for (int tap = 0; tap < 9; tap++) Assert.Equal(conv[(((tap * 3) + i) * 4) + o], convInFile[(((o * 3) + i) * 9) + tap]);
        for (int o = 0; o < 5; o++)
            for (int channel = 0; channel < 2; channel++)
                for (int pixel = 0; pixel < 64; pixel++) Assert.Equal(linear[(((pixel * 2) + channel) * 5) + o], linearInFile[(((o * 2) + channel) * 64) + pixel]);
        for (int i = 0; i < 4; i++)
            for (int o = 0; o < 2; o++)
                for (int tap = 0; tap < 4; tap++) Assert.Equal(up[(((tap * 2) + o) * 4) + i], upInFile[(((i * 2) + o) * 4) + tap]);
    }

    [Theory]
    [InlineData(ModelKind.Base, "vgg6", 10, 32)]
    [InlineData(ModelKind.Base, "resnet18", 7, 224)]
    [InlineData(ModelKind.Fuse, "ConvS", 10, 32)]
    [InlineData(ModelKind.Fuse, "UNetS", 10, 224)]
    [InlineData(ModelKind.Fuse, "UIP", 10, 32)]
    public void AModelFileDescribesItself(ModelKind kind, string architecture, int classes, int image)
    {
        var info = new ModelInfo(kind, architecture, classes, image, Bits: 5, Dataset: "some signs");
        using var network = new Network(info.Define(), device, seed: 9);
        string path = folder.File("model.safetensors");
        ModelFile.Save(network, info, path);
        (ModelInfo found, Network loaded) = ModelFile.Load(path, kind, device, new ModelHints());
        using (loaded)
        {
            Assert.Equal(info, found);
            AssertSame(network, loaded);
        }

        (found, loaded) = ModelFile.Load(path, kind, device, new ModelHints(Bits: 3));
        loaded.Dispose();
        Assert.Equal(info with { Bits = 3 }, found);

        string message = Assert.Throws<FileFormatException>(() => ModelFile.Load(path, kind == ModelKind.Base ? ModelKind.Fuse : ModelKind.Base, device, new ModelHints())).Message;
        Assert.StartsWith(path, message);
        Assert.Contains(kind == ModelKind.Base ? "kind 'base'; expected 'fuse'" : "kind 'fuse'; expected 'base'", message);
    }

    [Fact]
    public void AFileOfPyTorchIsReadWithHints()
    {
        using var network = new Network(new ModelInfo(ModelKind.Base, "vgg6", 10, 32, 8, "").Define(), device, seed: 9);
        string path = Save(network);
        (ModelInfo info, Network loaded) = ModelFile.Load(path, ModelKind.Base, device, new ModelHints("vgg6", 10));
        using (loaded) AssertSame(network, loaded);
        Assert.Equal(new ModelInfo(ModelKind.Base, "vgg6", 10, 32, 8, ""), info);

        RefusedModel(path, new ModelHints(Classes: 10), "'arch'");
        (info, loaded) = ModelFile.Load(path, ModelKind.Base, device, new ModelHints("vgg6"));
        loaded.Dispose();
        Assert.Equal(10, info.Classes);
        RefusedModel(path, new ModelHints("vgg7", 10), "vgg7");
        RefusedModel(path, new ModelHints("vgg6", 11), "weight'");
        RefusedModel(path, new ModelHints("vgg6", 10, Image: 224), "32x32");
    }

    [Theory]
    [InlineData(ModelKind.Base, "resnet18", 224, "'conv1.weight'")]
    [InlineData(ModelKind.Fuse, "UIP", 48, "shape")]
    public void TheSizeOfTheImagesCanBeHinted(ModelKind kind, string architecture, int image, string wrongForm)
    {
        using var network = new Network(new ModelInfo(kind, architecture, 10, image, 8, "").Define(), device, seed: 9);
        string path = Save(network);
        (ModelInfo info, Network loaded) = ModelFile.Load(path, kind, device, new ModelHints(architecture, 10, Image: image));
        using (loaded) AssertSame(network, loaded);
        Assert.Equal(new ModelInfo(kind, architecture, 10, image, 8, ""), info);
        Assert.Contains(wrongForm, Assert.Throws<FileFormatException>(() => ModelFile.Load(path, kind, device, new ModelHints(architecture, 10))).Message);

        // A file that says its size is not read as another one.
        ModelFile.Save(network, info, path);
        RefusedModel(path, new ModelHints(Image: 8), $"'{image}', the command line says '8'", kind);
        (info, loaded) = ModelFile.Load(path, kind, device, new ModelHints(architecture.ToUpperInvariant(), 10, Image: image));
        loaded.Dispose();
        Assert.Equal(image, info.Image);
    }

    [Fact]
    public void AnImageLiesChannelByChannelInFiles()
    {
        var builder = new NetworkBuilder(2, 3, 4);
        using var network = new Network(builder.Build("toy", builder.Perturb(builder.Input, "U")), device, seed: 3);
        Assert.All(network["U"].ToArray(), value => Assert.Equal(0, value));
        float[] values = [.. Enumerable.Range(0, 24).Select(i => (float)i)];
        network["U"].Set(values);
        string path = Save(network);
        SafetensorsTensor tensor = Assert.Single(SafetensorsFile.Read(path).Tensors.ToArray());
        Assert.Equal([4, 2, 3], tensor.Shape.ToArray());
        for (int channel = 0; channel < 4; channel++)
            for (int pixel = 0; pixel < 6; pixel++)
                Assert.Equal((pixel * 4) + channel, tensor.AsFloat32()[(channel * 6) + pixel]);
        using Network loaded = NetworkFile.Load(network.Definition, device, SafetensorsFile.Read(path));
        Assert.Equal(values, loaded["U"].ToArray());
    }

    [Theory]
    [InlineData("classes", "1")]
    [InlineData("classes", "ten")]
    [InlineData("image", "-32")]
    [InlineData("bits", "9")]
    [InlineData("bits", "")]
    public void RefusesMetadataThatMakesNoSense(string key, string value)
    {
        using Network network = Toy(seed: 3);
        var metadata = new Dictionary<string, string> { ["kind"] = "base", ["arch"] = "vgg6", ["classes"] = "10", [key] = value };
        string path = Save(network, metadata);
        RefusedModel(path, new ModelHints(), $"metadata '{key}' is '{value}'");
    }

    [Theory]
    [InlineData("conv.weight")]
    [InlineData("bn.running_var")]
    [InlineData("fc.bias")]
    public void RefusesAFileWithoutATensor(string name) => Refused(tensors => tensors.RemoveAll(tensor => tensor.Name == name), $"tensor '{name}'", "missing");

    [Fact]
    public void TheCountOfBatchesMayBeMissing()
    {
        using Network network = Toy(seed: 3), loaded = Load(tensors => tensors.RemoveAll(tensor => tensor.Name == "bn.num_batches_tracked"), out _);
        AssertSame(network, loaded);
    }

    [Theory]
    [InlineData("extra")]
    [InlineData("conv.num_batches_tracked")]
    public void RefusesAnUnknownTensor(string name) =>
        Refused(tensors => tensors.Add(SafetensorsTensor.FromFloat32(name, [2], [1, 2])), $"tensor '{name}'", "does not belong");

    [Fact]
    public void RefusesATensorOfAnotherShape()
    {
        // As many numbers, in another shape; and other numbers of them.
        Refused(tensors => Replace(tensors, SafetensorsTensor.FromFloat32("conv.weight", [3, 4, 3, 3], new float[108])), "'conv.weight' has shape [3, 4, 3, 3]; expected [4, 3, 3, 3]");
        Refused(tensors => Replace(tensors, SafetensorsTensor.FromFloat32("fc.bias", [6], new float[6])), "'fc.bias' has shape [6]; expected [5]");
        Refused(tensors => Replace(tensors, SafetensorsTensor.FromFloat32("fc.weight", [5, 128, 1, 1], new float[640])), "'fc.weight' has shape");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void RefusesNumbersThatAreNotFinite(float bad)
    {
        Refused(tensors => Replace(tensors, SafetensorsTensor.FromFloat32("bn.running_mean", [4], [0, 0, 0, bad])), "'bn.running_mean' holds", "finite");
        Refused(tensors => Replace(tensors, new SafetensorsTensor("fc.bias", SafetensorsType.F64, [5], MemoryMarshal.AsBytes<double>([1, 2, 1e300, 4, 5]).ToArray())), "'fc.bias' holds", "finite");
    }

    [Fact]
    public void RefusesIntegersAndTakesOtherFloats()
    {
        Refused(tensors => Replace(tensors, SafetensorsTensor.FromInt64("fc.bias", [5], [1, 2, 3, 4, 5])), "'fc.bias' has type I64");
        using Network loaded = Load(
            tensors => Replace(tensors, new SafetensorsTensor("fc.bias", SafetensorsType.F64, [5], MemoryMarshal.AsBytes<double>([1, 2, 3, 4.5, 5]).ToArray())), out _);
        Assert.Equal([1, 2, 3, 4.5f, 5], loaded["fc.bias"].ToArray());
    }

    public void Dispose()
    {
        device.Dispose();
        folder.Dispose();
    }

    private static void Replace(List<SafetensorsTensor> tensors, SafetensorsTensor other) => tensors[tensors.FindIndex(tensor => tensor.Name == other.Name)] = other;

    private static void AssertSame(Network expected, Network actual)
    {
        foreach (ParameterSpec parameter in expected.Definition.Parameters)
        {
            ReadOnlySpan<int> bits = MemoryMarshal.Cast<float, int>(expected[parameter.Name].ToArray());
            Assert.True(bits.SequenceEqual(MemoryMarshal.Cast<float, int>(actual[parameter.Name].ToArray())), $"'{parameter.Name}' differs.");
        }
    }

    /// <summary>A layer of every kind that stores something, with values that are hard to keep: -0, subnormal and the largest numbers.</summary>
    private Network Toy(ulong seed)
    {
        var builder = new NetworkBuilder(8, 8, 3);
        Node x = builder.MaxPool2d(builder.Relu(builder.BatchNorm2d(builder.Conv2d(builder.Input, "conv", 4, 3, padding: 1), "bn")), 2);
        x = builder.ConvTranspose2d(x, "up", 2, 2, stride: 2, bias: false);
        var network = new Network(builder.Build("toy", builder.Linear(x, "fc", 5)), device, seed);
        network["conv.bias"].Set([-0f, float.Epsilon, float.MaxValue, 1f / 3]);
        return network;
    }

    private string Save(Network network, Dictionary<string, string>? metadata = null)
    {
        string path = folder.File("network.safetensors");
        NetworkFile.Save(network, path, metadata ?? []);
        return path;
    }

    private Network Load(Action<List<SafetensorsTensor>> change, out string path)
    {
        using Network network = Toy(seed: 3);
        List<SafetensorsTensor> tensors = [.. SafetensorsFile.Read(Save(network)).Tensors];
        change(tensors);
        path = folder.File("changed.safetensors");
        SafetensorsFile.Write(path, tensors);
        return NetworkFile.Load(network.Definition, device, SafetensorsFile.Read(path));
    }

    private void Refused(Action<List<SafetensorsTensor>> change, params string[] telling)
    {
        string message = Assert.Throws<FileFormatException>(() => Load(change, out _)).Message;
        Assert.StartsWith(folder.File("changed.safetensors"), message);
        Assert.All(telling, part => Assert.Contains(part, message));
        Assert.Equal(0, device.Pool.BytesInUse);
    }

    private void RefusedModel(string path, ModelHints hints, string telling, ModelKind kind = ModelKind.Base)
    {
        string message = Assert.Throws<FileFormatException>(() => ModelFile.Load(path, kind, device, hints)).Message;
        Assert.StartsWith(path, message);
        Assert.Contains(telling, message);
    }
}
