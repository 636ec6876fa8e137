using RawFuse.Kernels;

namespace RawFuse.Bench;

/// <summary>The three arrays of a convolution, filled with random numbers. Each pass overwrites one of them from the other two.</summary>
internal sealed class ConvolutionBuffers : IDisposable
{
    public ConvolutionBuffers(CpuDevice device, Conv2dShape shape)
    {
        Shape = shape;
        var random = new Random(1);
        Storage<float> Make(int length) => device.Allocate<float>([.. Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f)]);
        Input = Make(shape.InputLength);
        Weights = Make(shape.WeightLength);
        Output = Make(shape.OutputLength);
    }

    public Conv2dShape Shape { get; }

    public Storage<float> Input { get; }

    public Storage<float> Weights { get; }

    public Storage<float> Output { get; }

    public IEnumerable<Storage<float>> All => [Input, Weights, Output];

    public void Dispose()
    {
        foreach (Storage<float> buffer in All) buffer.Dispose();
    }
}
