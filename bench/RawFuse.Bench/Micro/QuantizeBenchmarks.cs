using BenchmarkDotNet.Attributes;
using RawFuse.Kernels;

namespace RawFuse.Bench.Micro;

/// <summary>Quantization of a large layer's weights, 512 x 512 x 3 x 3.</summary>
public class QuantizeBenchmarks
{
    private const int Count = 512 * 512 * 9;

    private readonly CpuDevice device = new();
    private Storage<float> weights = null!, rounded = null!, maximum = null!;
    private Storage<sbyte> packed = null!;

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        weights = device.Allocate<float>([.. Enumerable.Range(0, Count).Select(_ => random.NextSingle() - 0.5f)]);
        rounded = device.Allocate<float>(Count);
        packed = device.Allocate<sbyte>(Count);
        maximum = device.Allocate<float>([0.5f]);
    }

    [GlobalCleanup]
    public void Cleanup() => device.Dispose();

    [Benchmark]
    public void AbsoluteMaximum() => device.Run<AbsoluteMaximum, AbsoluteMaximumArgs>(new(weights, Count, maximum));

    [Benchmark]
    public void Quantize() => device.Run<Quantize, QuantizeArgs>(new(weights, maximum, Count, 127, packed, null));

    [Benchmark]
    public void FakeQuantize() => device.Run<FakeQuantize, QuantizeArgs>(new(weights, maximum, Count, 127, null, rounded));
}
