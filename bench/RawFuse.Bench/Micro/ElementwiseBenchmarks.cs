using BenchmarkDotNet.Attributes;
using RawFuse.Kernels;

namespace RawFuse.Bench.Micro;

/// <summary>Element-by-element kernels in the cache and far beyond it.</summary>
public class ElementwiseBenchmarks
{
    private readonly CpuDevice device = new();
    private Storage<float> x = null!, y = null!;

    [Params(16 * 1024, 16 * 1024 * 1024)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        x = device.Allocate<float>([.. Enumerable.Range(0, Count).Select(_ => random.NextSingle() - 0.5f)]);
        y = device.Allocate<float>(x.ToArray());
    }

    [GlobalCleanup]
    public void Cleanup() => device.Dispose();

    [Benchmark]
    public void Relu() => device.Run<Map<Relu>, MapArgs<Relu>>(new(x, y, Count, default));

    [Benchmark]
    public void Tanh() => device.Run<Map<Tanh>, MapArgs<Tanh>>(new(x, y, Count, default));

    [Benchmark]
    public void Add() => device.Run<Zip<Add>, ZipArgs>(new(x, y, x, Count, Count));

    [Benchmark]
    public void AddOneRow() => device.Run<Zip<Add>, ZipArgs>(new(x, y, x, Count, 64));
}
