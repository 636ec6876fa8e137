using BenchmarkDotNet.Attributes;
using RawFuse.Kernels;

namespace RawFuse.Bench.Micro;

/// <summary>The three passes of a convolution, 25 images.</summary>
public class ConvolutionBenchmarks
{
    private readonly CpuDevice device = new();
    private ConvolutionBuffers buffers = null!;

    public static IEnumerable<string> Layers => ConvolutionLayer.All.Select(layer => layer.Name);

    [ParamsSource(nameof(Layers))]
    public string Layer { get; set; } = "";

    [GlobalSetup]
    public void Setup() => buffers = new ConvolutionBuffers(device, ConvolutionLayer.All.Single(layer => layer.Name == Layer).Shape(25));

    [GlobalCleanup]
    public void Cleanup() => device.Dispose();

    [Benchmark]
    public void Forward() => ConvolutionPass.All[0].Kernel(device, buffers);

    [Benchmark]
    public void InputGradient() => ConvolutionPass.All[1].Kernel(device, buffers);

    [Benchmark]
    public void WeightGradient() => ConvolutionPass.All[2].Kernel(device, buffers);
}
