using RawFuse.Kernels;

namespace RawFuse.Bench;

/// <summary>One layer twice: with inputs and results in bytes and in floats, on the same packed weights, with a folded batch normalization and a ReLU behind it.</summary>
internal sealed class Int8Buffers : IDisposable
{
    private readonly CpuDevice device;
    private readonly Conv2dShape shape;
    private readonly Storage<byte> input, output;
    private readonly Storage<float> floatInput, floatOutput, factor, shift;
    private readonly Storage<sbyte> weights;

    public Int8Buffers(CpuDevice device, Conv2dShape shape)
    {
        this.device = device;
        this.shape = shape;
        var random = new Random(1);
        var bytes = new byte[shape.InputLength];
        random.NextBytes(bytes);
        input = device.Allocate<byte>(bytes);
        floatInput = device.Allocate<float>(Array.ConvertAll(bytes, value => (float)value));
        weights = device.Allocate<sbyte>([.. Enumerable.Range(0, shape.WeightLength).Select(_ => (sbyte)random.Next(-128, 128))]);
        float size = 1 / (100 * MathF.Sqrt(shape.Taps * shape.InChannels));
        factor = device.Allocate<float>([.. Enumerable.Repeat(size, shape.OutChannels)]);
        shift = device.Allocate<float>([.. Enumerable.Repeat(100f, shape.OutChannels)]);
        output = device.Allocate<byte>(shape.OutputLength);
        floatOutput = device.Allocate<float>(shape.OutputLength);
    }

    public void RunFloats() => device.Run<Conv2dForward, Conv2dForwardArgs>(
        new(shape, floatInput, ConvWeights.OfPacked(weights, 1), floatOutput, new ConvEpilogue(factor, shift, Relu: true)));

    public void RunBytes() => device.Run<Conv2dInt8, Conv2dInt8Args>(new(
        shape, new ByteValues(input, IsSigned: false), ConvWeights.OfPacked(weights, 1), new Int8Epilogue(factor, shift, Relu: true),
        new ByteValues(output, IsSigned: false), null));

    /// <summary>Fails unless the results agree, as far as bytes can.</summary>
    public void Check()
    {
        RunFloats();
        RunBytes();
        foreach ((float expected, byte actual) in floatOutput.ToArray().Zip(output.ToArray()))
            if (!(Math.Abs(Math.Min(expected, 255) - actual) <= 0.51)) throw new InvalidOperationException($"A result is {actual} in bytes, {expected} in floats.");
    }

    public void Dispose()
    {
        foreach (IDisposable buffer in (IDisposable[])[input, output, floatInput, floatOutput, factor, shift, weights]) buffer.Dispose();
    }
}
