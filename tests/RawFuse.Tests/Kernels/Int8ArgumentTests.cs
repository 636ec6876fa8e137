using RawFuse.Kernels;

namespace RawFuse.Tests.Kernels;

/// <summary>Integer convolutions refuse what they cannot compute.</summary>
public sealed class Int8ArgumentTests : IDisposable
{
    private readonly CpuDevice device = new(1);

    [Fact]
    public void RefusesWhatDoesNotFit()
    {
        using Storage<byte> bytes = device.Allocate<byte>(1024);
        using Storage<sbyte> packed = device.Allocate<sbyte>(65_794);
        using Storage<float> floats = device.Allocate<float>(1024);
        var values = new ByteValues(bytes, IsSigned: false);
        var epilogue = new Int8Epilogue(floats, floats);
        ConvWeights weights = ConvWeights.OfPacked(packed, 1);
        var shape = new Conv2dShape(1, 4, 4, 4, 4, 3, 3, 1, 1);
        AssertRefused("the weights are floats", new(shape, values, ConvWeights.OfFloats(floats), epilogue, values, null));
        AssertRefused("either into bytes or into floats", new(shape, values, weights, epilogue, null, null));
        AssertRefused("either into bytes or into floats", new(shape, values, weights, epilogue, values, floats));
        AssertRefused("cannot be shared equally by 2 sets", new(shape, values, ConvWeights.OfPacked(packed, 1, null, 2), epilogue, values, null));

        // 65793 * 255 * 128 < 2^31 < 65794 * 255 * 128.
        AssertRefused("sums of 65794 products may exceed 32 bits; 65793 is the limit", new(new Conv2dShape(1, 1, 1, 65_794, 1, 1, 1), values, weights, epilogue, values, null));
    }

    public void Dispose() => device.Dispose();

    private void AssertRefused(string reason, Conv2dInt8Args args) =>
        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => device.Run<Conv2dInt8, Conv2dInt8Args>(args)).Message);
}
