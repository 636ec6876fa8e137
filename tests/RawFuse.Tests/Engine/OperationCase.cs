using RawFuse.KernelCases;
using RawFuse.Kernels;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Engine;

/// <summary>
/// One line of the operations' table. The tests check its gradients against finite differences, and what it records and holds; see
/// <see cref="OperationTests"/>.
/// </summary>
/// <param name="Name">What the test report shows; unique.</param>
/// <param name="Inputs">The tensors whose gradients are checked.</param>
/// <param name="Body">The computation. It disposes what it makes on the way, or hands it to the run.</param>
/// <param name="Step">Step of the finite differences: as large as the nearest kink or the function's curvature permits.</param>
internal sealed record OperationCase(string Name, OperationInput[] Inputs, Func<OperationRun, Tensor[], Tensor> Body, double Step = 0.25);

/// <summary>A tensor of an <see cref="OperationCase"/>.</summary>
/// <param name="Shape">Its sizes.</param>
/// <param name="Values">Its values, from a random source and a count.</param>
internal sealed record OperationInput(Shape Shape, Func<Random, int, float[]> Values)
{
    /// <summary>Any numbers of mean 0.</summary>
    public static OperationInput Of(params int[] sizes) => new(new Shape(sizes), TestData.Reals);

    /// <summary>Numbers whose distance from -1, 0 and 1, where functions have kinks, is a quarter or more.</summary>
    public static OperationInput OffKinks(params int[] sizes) =>
        new(new Shape(sizes), (random, count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(-3, 3) + 0.3f + (0.4f * random.NextSingle()))]);

    /// <summary>Numbers at least a quarter apart.</summary>
    public static OperationInput Apart(params int[] sizes) => new(new Shape(sizes), (random, count) =>
    {
        float[] values = [.. Enumerable.Range(0, count).Select(i => (i - (count / 2)) * 0.25f)];
        random.Shuffle(values);
        return values;
    });

    /// <summary>Whole numbers -4..4.</summary>
    public static OperationInput Whole(params int[] sizes) => new(new Shape(sizes), TestData.Integers);

    /// <summary>Numbers from 0.5 to 1.5.</summary>
    public static OperationInput Positive(params int[] sizes) => new(new Shape(sizes), TestData.Positives);
}

/// <summary>One execution of a case: its device and its inputs, and whatever must outlive the forward pass. The same for every run of a case.</summary>
internal sealed class OperationRun : IDisposable
{
    private readonly Stack<IDisposable> owned = new();

    public OperationRun(OperationCase @case, Device device)
    {
        Device = device;
        Random = new Random(20240607);
        Case = @case;
        Inputs = [.. @case.Inputs.Select(input => Own(Tensor.From(device, input.Shape, input.Values(Random, input.Shape.Length))))];
    }

    public Device Device { get; }

    public Random Random { get; }

    public OperationCase Case { get; }

    public Tensor[] Inputs { get; }

    /// <summary>A constant tensor; the same values whenever the body runs on inputs of this run.</summary>
    public Tensor Constant(Shape shape, Func<Random, int, float[]> values) => Own(Tensor.From(Device, shape, values(new Random(7), shape.Length)));

    /// <summary>Keeps something until the run is over.</summary>
    public T Own<T>(T thing)
        where T : IDisposable
    {
        owned.Push(thing);
        return thing;
    }

    public Tensor Forward() => Case.Body(this, Inputs);

    public void Dispose()
    {
        while (owned.TryPop(out IDisposable? thing)) thing.Dispose();
    }
}
