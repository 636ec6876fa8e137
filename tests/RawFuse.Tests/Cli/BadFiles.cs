using System.Runtime.InteropServices;
using System.Text;
using RawFuse.Serialization;
using RawFuse.Tests.Serialization;

namespace RawFuse.Tests.Cli;

/// <summary>A folder of files that are wrong in one way each, and of a few good ones to be wrong with.</summary>
public sealed class BadFiles : IDisposable
{
    private const string Descr = "'descr': '<f4', 'fortran_order': False";

    public BadFiles()
    {
        Safetensors();
        Models();
        Npy();
        Topologies();
        Cifar();
        Directory.CreateDirectory(Folder.File("folder"));
        Directory.CreateSymbolicLink(Folder.File("link"), Folder.Path);
        File.CreateSymbolicLink(Folder.File("loop"), Folder.File("loop"));
    }

    internal TemporaryFolder Folder { get; } = new();

    public void Dispose() => Folder.Dispose();

    private void Safetensors()
    {
        byte[] good = SafetensorsBytes.Of("""{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}""", new byte[16]);
        Folder.File("good.st", good);
        Folder.File("empty.st", []);
        Folder.File("short.st", new byte[7]);
        Folder.File("cut.st", good.AsSpan()[..^1]);
        Folder.File("long.st", [.. good, 0]);
        Folder.File("beyond.st", SafetensorsBytes.Of("{}"u8, [], claimedLength: 1000));
        Folder.File("huge.st", SafetensorsBytes.Of("{}"u8, [], claimedLength: ulong.MaxValue));
        (string Name, string Header, int Bytes)[] headers =
        [
            ("text", "hello", 0),
            ("overlap", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 3),
            ("hole", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}""", 3),
            ("outside", """{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}""", 8),
            ("negative", """{"w":{"dtype":"F32","shape":[-2,2],"data_offsets":[0,16]}}""", 16),
            ("overflow", """{"w":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,16]}}""", 16),
            ("twice", """{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"w":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2),
            ("type", """{"w":{"dtype":"F4","shape":[1],"data_offsets":[0,1]}}""", 1),
            ("size", """{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,16]}}""", 16),
            ("reversed", """{"w":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}""", 1),
            ("metadata", """{"__metadata__":{"format":1}}""", 0),
        ];
        foreach ((string name, string header, int bytes) in headers) Folder.File(name + ".st", SafetensorsBytes.Of(header, new byte[bytes]));
        Write("nan.st", SafetensorsTensor.FromFloat32("a.weight", [2, 2], [1, 2, float.NaN, 4]));
        Write("inf.st", SafetensorsTensor.FromFloat32("a.weight", [1, 2, 1, 1], [1, float.NegativeInfinity]));
        Write("wide.st", new SafetensorsTensor("a.weight", SafetensorsType.F64, [1, 2], MemoryMarshal.AsBytes<double>([1, 1e300]).ToArray()));
        Write("scale.st", SafetensorsTensor.FromFloat32("w", [1, 1], [1]), SafetensorsTensor.FromFloat32("w.scale", [], [1]));
    }

    private void Models()
    {
        Model("fuse.st", tensor => tensor);
        Model("missing.st", tensor => tensor.Name == "bn2_1.bias" ? null : tensor);
        Model("transposed.st", StateFile.Reshape("conv2_1.weight", 32, 64, 3, 3));
        Model("nanweight.st", StateFile.Spoil("conv2_1.weight", float.NaN));
        Model("infbias.st", StateFile.Spoil("bn2_1.bias", float.PositiveInfinity));
        Model("variance.st", StateFile.Spoil("bn2_1.running_var", -0.5f));
        Model("integers.st", tensor => tensor.Name == "bn2_1.bias" ? SafetensorsTensor.FromInt8(tensor.Name, [64], new sbyte[64]) : tensor);
        Model("renamed.st", tensor => tensor.Name == "bnout.num_batches_tracked" ? SafetensorsTensor.FromInt64("bnout.batches", [], [0]) : tensor);
        Write("head.st", SafetensorsTensor.FromFloat32("classifier.weight", [512, 1, 1], new float[512]));
        Write("first.st", SafetensorsTensor.FromFloat32("classifier.weight", [10, 512], new float[5120]));
        Describe("fuse-kind.st", "fuse", "10", "32");
        Describe("odd-kind.st", "both", "10", "32");
        Describe("classes.st", "base", "ten", "32");
        Describe("image.st", "base", "10", "33");
        Describe("image-text.st", "base", "10", "-32");

        void Model(string name, Func<SafetensorsTensor, SafetensorsTensor?> change) => StateFile.Write(Folder.File(name), "ConvS", change: change);

        void Describe(string name, string kind, string classes, string image) => SafetensorsFile.Write(
            Folder.File(name), [], new Dictionary<string, string> { ["kind"] = kind, ["arch"] = "vgg11", ["classes"] = classes, ["image"] = image });
    }

    private void Npy()
    {
        Images("good.npy", [1, 32, 32, 3]);
        Images("planes.npy", [1, 3, 32, 32]);
        Images("gray.npy", [1, 32, 32, 1]);
        Images("small.npy", [1, 16, 16, 3]);
        Images("one.npy", [32, 32, 3]);
        Images("five.npy", [1, 1, 32, 32, 3]);
        Images("none.npy", [0, 32, 32, 3]);
        Images("nan.npy", [1, 32, 32, 3], float.NaN);
        Images("inf.npy", [1, 32, 32, 3], float.PositiveInfinity);
        Folder.File("empty.npy", []);
        Folder.File("magic.npy", "PK\u0003\u0004 not an array"u8);
        (string Name, string Header, int Bytes)[] headers =
        [
            ("fortran", "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 32, 32, 3), }", 12288),
            ("object", "{'descr': '|O', 'fortran_order': False, 'shape': (1, 32, 32, 3), }", 3072),
            ("big", "{'descr': '>f4', 'fortran_order': False, 'shape': (1, 32, 32, 3), }", 12288),
            ("half", "{'descr': '<f2', 'fortran_order': False, 'shape': (1, 32, 32, 3), }", 6144),
            ("bytes", "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 32, 32, 3), }", 3072),
            ("record", "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", 4),
            ("cut", $"{{{Descr}, 'shape': (1, 32, 32, 3), }}", 12287),
            ("long", $"{{{Descr}, 'shape': (1, 32, 32, 3), }}", 12289),
            ("negative", $"{{{Descr}, 'shape': (-1, 32, 32, 3), }}", 0),
            ("overflow", $"{{{Descr}, 'shape': (2147483647, 2147483647, 2147483647, 3), }}", 0),
            ("claims", $"{{{Descr}, 'shape': (1000000, 32, 32, 3), }}", 12288),
            ("nonsense", "{'descr': ", 0),
            ("shapeless", $"{{{Descr}, }}", 4),
        ];
        foreach ((string name, string header, int bytes) in headers) Folder.File(name + ".npy", NpyBytes.Of(header, new byte[bytes]));
        Folder.File("version.npy", NpyBytes.Of("{}", [], version: 9));
        double[] wide = [.. Enumerable.Repeat(1e300, 3072)];
        Folder.File("wide.npy", NpyBytes.Of("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 32, 32, 3), }", MemoryMarshal.AsBytes(wide.AsSpan())));

        void Images(string name, int[] shape, float value = 0.5f)
        {
            var data = new float[shape.Aggregate(1, (product, size) => product * size)];
            data.AsSpan().Fill(value);
            NpyFile.Write(Folder.File(name), shape, data);
        }
    }

    private void Topologies()
    {
        const string Header = "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\n";
        (string Name, string Text)[] files =
        [
            ("empty", ""), ("header", Header), ("headless", "conv, 8, 8, 3, 3, 1, 1, 1,\n"), ("columns", Header + "conv, 8, 8, 3, 3,\n"),
            ("more", Header + "conv, 8, 8, 3, 3, 1, 1, 1, 1, 1,\n"), ("text", Header + "conv, 8, eight, 3, 3, 1, 1, 1,\n"),
            ("negative", Header + "conv, 8, 8, 3, 3, -1, 1, 1,\n"), ("zero", Header + "conv, 8, 8, 3, 3, 1, 1, 0,\n"),
            ("filter", Header + "conv, 8, 8, 3, 9, 1, 1, 1,\n"), ("fraction", Header + "conv, 8, 8, 3, 3, 1.5, 1, 1,\n"),
            ("nameless", Header + ", 8, 8, 3, 3, 1, 1, 1,\n"), ("depthwise", Header + "convDP, 8, 8, 3, 3, 2000000000, 1, 1,\n"),
            ("binary", "\0\u0001\u0002\0\n\0\u0003,\0,\n"), ("line", Header + new string('x', 10_000)),
            ("overflow", Header + "conv, 2000000000, 2000000000, 1, 1, 2000000000, 2000000000, 1,\n"),
        ];
        foreach ((string name, string text) in files) Folder.File(name + ".csv", Encoding.UTF8.GetBytes(text));
    }

    private void Cifar()
    {
        byte[] record = new byte[3073], wrong = [10, .. new byte[3072]];
        Batches("cifar-short", train: new byte[3072], record);
        Batches("cifar-label", train: [.. record, .. wrong], record);
        Batches("cifar-empty", train: [], record);
        Batches("cifar-test-label", train: record, wrong);
        Batches("cifar-good", train: record, record);
        Batches("cifar-missing", train: record, record);
        File.Delete(System.IO.Path.Combine(Folder.File("cifar-missing"), "data_batch_3.bin"));

        void Batches(string name, byte[] train, byte[] test)
        {
            string path = Directory.CreateDirectory(Folder.File(name)).FullName;
            for (int i = 1; i <= 5; i++) File.WriteAllBytes(System.IO.Path.Combine(path, $"data_batch_{i}.bin"), i == 2 ? train : record);
            File.WriteAllBytes(System.IO.Path.Combine(path, "test_batch.bin"), test);
        }
    }

    private void Write(string name, params SafetensorsTensor[] tensors) => SafetensorsFile.Write(Folder.File(name), tensors);
}
