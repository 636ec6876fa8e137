using CsCheck;
using RawFuse.Serialization;
using RawFuse.Tests.Serialization;

namespace RawFuse.Tests.Properties;

/// <summary>Whatever is written is what is read.</summary>
public sealed class FileProperties : IDisposable
{
    private static readonly Gen<int[]> Shapes = Gen.Int[0, 6].Array[0, 4];

    private static readonly Gen<SafetensorsTensor> Tensors =
        from name in Gen.String[1, 12].Where(IsName)
        from type in Gen.Enum<SafetensorsType>()
        from shape in Shapes
        from bytes in Gen.Byte.Array[shape.Aggregate(1, (product, size) => product * size) * type.Bytes()]
        select new SafetensorsTensor(name, type, shape, bytes);

    private readonly TemporaryFolder folder = new();

    [Fact]
    public void SafetensorsComeBackAsTheyWere() =>
        Gen.Select(Tensors.Array[0, 8], Gen.Select(Gen.String[1, 8].Where(IsName), Gen.String[0, 20].Where(IsText)).Array[0, 5]).Holds(one =>
    {
        SafetensorsTensor[] tensors = [.. one.Item1.DistinctBy(tensor => tensor.Name)];
        Dictionary<string, string> metadata = one.Item2.DistinctBy(pair => pair.Item1).ToDictionary(pair => pair.Item1, pair => pair.Item2);
        string path = folder.File("any.safetensors");
        SafetensorsFile.Write(path, tensors, metadata);
        SafetensorsFile read = SafetensorsFile.Read(path);
        Assert.Equal(metadata.OrderBy(pair => pair.Key), read.Metadata.OrderBy(pair => pair.Key));
        Assert.Equal(tensors.Select(tensor => tensor.Name).Order(), read.Tensors.Select(tensor => tensor.Name).Order());
        foreach (SafetensorsTensor tensor in tensors)
        {
            SafetensorsTensor found = read.Get(tensor.Name);
            Assert.Equal(tensor.Type, found.Type);
            Assert.Equal(tensor.Shape.ToArray(), found.Shape.ToArray());
            Assert.Equal(tensor.Bytes.ToArray(), found.Bytes.ToArray());
        }
    });

    [Fact]
    public void NpyArraysComeBackAsTheyWere() =>
        Shapes.SelectMany(shape => Gen.Select(Gen.Const(shape), Gen.Float.Array[shape.Aggregate(1, (product, size) => product * size)])).Holds(one =>
    {
        (int[] shape, float[] values) = one;
        string path = folder.File("any.npy");
        NpyFile.Write(path, shape, values);
        NpyArray read = NpyFile.Read(path);
        Assert.Equal(shape, read.Shape);
        Assert.Equal(Array.ConvertAll(values, BitConverter.SingleToInt32Bits), Array.ConvertAll(read.Data, BitConverter.SingleToInt32Bits));
    });

    public void Dispose() => folder.Dispose();

    // Half a surrogate pair is no text and cannot be stored.
    private static bool IsText(string text) => !text.EnumerateRunes().Contains(System.Text.Rune.ReplacementChar);

    private static bool IsName(string text) => IsText(text) && text != "__metadata__";
}
