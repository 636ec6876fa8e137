using RawFuse.Kernels;

namespace RawFuse.Tests.Engine;

/// <summary>Ten steps of the optimizers against PyTorch's formulas in double precision; learning rates; the random generator.</summary>
public sealed class OptimizerTests : IDisposable
{
    private const int Steps = 10;
    private const double Tolerance = 1e-5;
    private static readonly int[] Lengths = [1, 3, 17, 33, 127, 1001];

    private readonly CpuDevice device = new(2);

    [Theory]
    [InlineData(0f, 0f, false)]
    [InlineData(0.9f, 0f, false)]
    [InlineData(0.9f, 5e-4f, false)]
    [InlineData(0.9f, 0.1f, true)]
    public void SgdIsPyTorchs(float momentum, float weightDecay, bool nesterov) => Check(
        parameters => new Sgd(parameters, momentum, weightDecay, nesterov),
        (w, g, state, _, rate) =>
        {
            // torch.optim.SGD: g += decay w; v = momentum v + g (v = g at first); g = nesterov ? g + momentum v : v; w -= rate g.
            g += weightDecay * w;
            state.First = (momentum * state.First) + g;
            return w - (rate * (nesterov ? g + (momentum * state.First) : state.First));
        });

    [Theory]
    [InlineData(0.9, 0.999, 1e-8f)]
    [InlineData(0.5, 0.999, 1e-8f)]
    [InlineData(0.5, 0.9, 1e-3f)]
    public void AdamIsPyTorchs(double beta1, double beta2, float epsilon) => Check(
        parameters => new Adam(parameters, beta1, beta2, epsilon),
        (w, g, state, step, rate) =>
        {
            // torch.optim.Adam: w -= rate / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon).
            state.First = (beta1 * state.First) + ((1 - beta1) * g);
            state.Second = (beta2 * state.Second) + ((1 - beta2) * g * g);
            return w - (rate / (1 - Math.Pow(beta1, step)) * state.First / ((Math.Sqrt(state.Second) / Math.Sqrt(1 - Math.Pow(beta2, step))) + epsilon));
        });

    [Fact]
    public void TensorsWithoutGradientStayAsTheyAre()
    {
        using Tensor with = Tensor.Full(device, new Shape(3), 1).TrackGradient(), without = Tensor.Full(device, new Shape(3), 1).TrackGradient();
        using var optimizer = new Sgd([with, without]);
        SetGradient(with, [1, 2, 4]);
        optimizer.Step(0.5f);
        Assert.Equal([0.5f, 0, -1], with.ToArray());
        Assert.Equal([1, 1, 1], without.ToArray());
        Assert.Null(with.Gradient);
        Assert.Equal(1, optimizer.Steps);
    }

    [Fact]
    public void AdamCountsTheStepsOfEachTensor()
    {
        using Tensor early = Tensor.Full(device, new Shape(3), 1).TrackGradient(), late = Tensor.Full(device, new Shape(3), 1).TrackGradient();
        using var optimizer = new Adam([early, late]);
        SetGradient(early, [1, -2, 3]);
        optimizer.Step(0.1f);
        SetGradient(late, [1, -2, 3]);
        optimizer.Step(0.1f);
        Assert.NotEqual(1, early.ToArray()[0]);
        Assert.Equal(early.ToArray(), late.ToArray());
    }

    [Fact]
    public void TheStaircaseGoesDownAfterEveryFlight()
    {
        foreach ((int step, double rate) in (ReadOnlySpan<(int, double)>)[(0, 1e-3), (499, 1e-3), (500, 0.96e-3), (999, 0.96e-3), (1000, 0.9216e-3), (5000, 1e-3 * 0.664832636)])
            Assert.InRange(new StaircaseRate(1e-3f, 0.96f, 500).At(step, total: 10_000) / rate, 1 - 1e-5, 1 + 1e-5);
    }

    [Fact]
    public void OneCycleRisesAndFalls()
    {
        // 9 steps: the progress is 0.1, 0.2, ..., 0.9.
        double[] expected = [0.5, .. Enumerable.Range(2, 8).Select(i => 0.5 * (1 + Math.Cos(Math.PI * ((i / 10.0) - 0.2) / 0.8)))];
        for (int step = 0; step < 9; step++) Assert.Equal(4 * expected[step], new OneCycleRate(4).At(step, 9), 1e-5);
        Assert.Equal(4, new OneCycleRate(4).At(1, 9), 1e-5);
        Assert.Equal(2, new OneCycleRate(4).At(5, 9), 1e-5);

        foreach (int total in (int[])[1, 2, 10, 1000])
            for (int step = 0; step < total; step++)
                Assert.InRange(new OneCycleRate(4).At(step, total), float.Epsilon, 4.00001f);
        Assert.Equal(4, new OneCycleRate(4, Warmup: 0).At(0, 100), 0.01);
    }

    [Fact]
    public void SplitMix64IsThePublishedOne()
    {
        var random = new SplitMix64(1234567);
        Assert.Equal([6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL], new[] { random.Next(), random.Next(), random.Next() });
    }

    [Fact]
    public void SplitMix64StaysInItsRanges()
    {
        var random = new SplitMix64(1);
        var counts = new int[7];
        for (int i = 0; i < 70_000; i++)
        {
            float real = random.NextSingle();
            Assert.InRange(real, 0, 1 - (1f / (1 << 24)));
            Assert.Equal(MathF.Truncate(real * (1 << 24)), real * (1 << 24));
            counts[random.NextInt(7)]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 9500, 10500));
        Assert.Equal(0, random.NextInt(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.NextInt(0));
    }

    public void Dispose() => device.Dispose();

    private void Check(Func<IEnumerable<Tensor>, Optimizer> make, Func<double, double, State, int, double, double> update)
    {
        var random = new SplitMix64(42);
        Tensor[] parameters = [.. Lengths.Select(length => Tensor.From(device, new Shape(length), Reals(length)).TrackGradient())];
        double[][] expected = [.. parameters.Select(parameter => parameter.ToArray().Select(value => (double)value).ToArray())];
        State[][] states = [.. Lengths.Select(length => Enumerable.Range(0, length).Select(_ => new State()).ToArray())];
        using (Optimizer optimizer = make(parameters))
        {
            for (int step = 1; step <= Steps; step++)
            {
                float rate = 0.1f / step;
                for (int i = 0; i < parameters.Length; i++)
                {
                    float[] gradient = Reals(Lengths[i]);
                    SetGradient(parameters[i], gradient);
                    for (int k = 0; k < gradient.Length; k++) expected[i][k] = update(expected[i][k], gradient[k], states[i][k], step, rate);
                }

                optimizer.Step(rate);
                for (int i = 0; i < parameters.Length; i++)
                {
                    float[] actual = parameters[i].ToArray();
                    for (int k = 0; k < actual.Length; k++) Assert.InRange(Math.Abs(actual[k] - expected[i][k]), 0, Tolerance);
                }
            }
        }

        foreach (Tensor parameter in parameters) parameter.Dispose();
        Assert.Equal(0, device.Pool.BytesInUse);

        float[] Reals(int length) => [.. Enumerable.Range(0, length).Select(_ => (2 * random.NextSingle()) - 1)];
    }

    private static void SetGradient(Tensor parameter, float[] values)
    {
        using Tape tape = Tape.Start();
        using Tensor factors = Tensor.From(parameter.Device, parameter.Shape, values);
        tape.Backward(parameter, factors);
    }

    private sealed class State
    {
        public double First { get; set; }

        public double Second { get; set; }
    }
}
