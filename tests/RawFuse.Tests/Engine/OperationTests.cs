using RawFuse.Kernels;

namespace RawFuse.Tests.Engine;

/// <summary>What must hold for every operation: its gradients, and that it gives back what it takes.</summary>
public sealed class OperationTests
{
    /// <summary>
    /// Distance from the finite differences, relative to the largest gradient of a tensor. The differences are of fourth order; what is left is
    /// float32's rounding of the forward pass divided by the step.
    /// </summary>
    private const double Tolerance = 3e-4;

    [Theory]
    [MemberData(nameof(OperationCases.Names), MemberType = typeof(OperationCases))]
    public void GradientsAreTheFiniteDifferences(string name)
    {
        using var device = new CpuDevice(1);
        float[][] gradients = Gradients(name, device, times: 1);
        using var run = new OperationRun(OperationCases.All[name], device);
        double[] factors = FactorsOf(run);
        for (int input = 0; input < run.Inputs.Length; input++)
        {
            Tensor x = run.Inputs[input];
            float[] values = x.ToArray();
            var slopes = new double[values.Length];
            for (int i = 0; i < values.Length; i++)
            {
                float middle = values[i];
                slopes[i] = ((8 * (At(+1) - At(-1))) - (At(+2) - At(-2))) / (12 * run.Case.Step);
                values[i] = middle;
                x.Set(values);

                double At(int steps)
                {
                    values[i] = (float)(middle + (steps * run.Case.Step));
                    x.Set(values);
                    using Tensor y = run.Forward();
                    return y.ToArray().Zip(factors, (value, factor) => value * factor).Sum();
                }
            }

            double largest = slopes.Max(Math.Abs);
            Assert.True(largest > 0, $"{name}: input {input} has no slope at all; the case tests nothing.");
            for (int i = 0; i < slopes.Length; i++)
                Assert.True(
                    Math.Abs(gradients[input][i] - slopes[i]) <= Tolerance * largest,
                    $"{name}: gradient of input {input} at {i} is {gradients[input][i]}, the finite difference {slopes[i]}; the largest is {largest}.");
        }
    }

    [Theory]
    [MemberData(nameof(OperationCases.Names), MemberType = typeof(OperationCases))]
    public void GradientsOfTwoUsesAddUp(string name)
    {
        using var device = new CpuDevice(1);
        float[][] once = Gradients(name, device, times: 1), twice = Gradients(name, device, times: 2);
        for (int i = 0; i < once.Length; i++) Assert.Equal([.. once[i].Select(value => 2 * value)], twice[i]);
    }

    [Theory]
    [MemberData(nameof(OperationCases.Names), MemberType = typeof(OperationCases))]
    public void AGradientDoesNotDependOnWhichOthersAreWanted(string name)
    {
        using var device = new CpuDevice(1);
        float[][] all = Gradients(name, device, times: 1);
        for (int i = 0; i < all.Length; i++)
        {
            float[][] alone = Gradients(name, device, times: 1, only: i);
            Assert.Equal(all[i], alone[i]);
            for (int other = 0; other < all.Length; other++)
                if (other != i)
                    Assert.Empty(alone[other]);
        }
    }

    [Theory]
    [MemberData(nameof(OperationCases.Names), MemberType = typeof(OperationCases))]
    public void NothingIsRecordedThatNobodyAskedFor(string name)
    {
        using var device = new CpuDevice(1);
        using var run = new OperationRun(OperationCases.All[name], device);
        using (Tape tape = Tape.Start())
        using (Tensor unwanted = run.Forward())
        {
            Assert.False(unwanted.NeedsGradient);
            Assert.Throws<InvalidOperationException>(() => tape.Backward(unwanted));
        }

        foreach (Tensor input in run.Inputs) input.TrackGradient();
        using Tensor untaped = run.Forward();
        Assert.False(untaped.NeedsGradient);
    }

    [Theory]
    [MemberData(nameof(OperationCases.Names), MemberType = typeof(OperationCases))]
    public void AllMemoryComesBack(string name)
    {
        using var device = new CpuDevice(1);
        foreach ((bool isTaped, bool isTracked, bool isBackward) in (ReadOnlySpan<(bool, bool, bool)>)[(false, true, false), (true, false, false), (true, true, false), (true, true, true)])
        {
            long before = device.Pool.BytesInUse;
            using (var run = new OperationRun(OperationCases.All[name], device))
            {
                if (isTracked) foreach (Tensor input in run.Inputs) input.TrackGradient();
                using Tape? tape = isTaped ? Tape.Start() : null;
                using Tensor y = run.Forward();
                if (isBackward) tape!.Backward(y);
                Assert.True(device.Pool.BytesInUse > before);
            }

            Assert.True(before == device.Pool.BytesInUse, $"{name}, {(isTaped, isTracked, isBackward)}: {device.Pool.BytesInUse - before} bytes were not given back.");
        }
    }

    /// <summary>The gradients of sum(factors * (f(x) + ... + f(x))), tensor by tensor; empty where none was kept.</summary>
    private static float[][] Gradients(string name, Device device, int times, int? only = null)
    {
        using var run = new OperationRun(OperationCases.All[name], device);
        double[] factors = FactorsOf(run);
        for (int i = 0; i < run.Inputs.Length; i++)
            if (only is null || only == i)
                run.Inputs[i].TrackGradient();
        using Tape tape = Tape.Start();
        Tensor sum = run.Forward();
        for (int i = 1; i < times; i++)
        {
            using Tensor left = sum;
            using Tensor right = run.Forward();
            sum = left.Add(right);
        }

        using Tensor gradient = Tensor.From(device, sum.Shape, [.. factors.Select(factor => (float)factor)]);
        tape.Backward(sum, gradient);
        sum.Dispose();
        return [.. run.Inputs.Select(input => input.Gradient?.ToArray() ?? [])];
    }

    /// <summary>A fixed random weight per output, a multiple of 1/8: the result projected on it is one number with a slope everywhere.</summary>
    private static double[] FactorsOf(OperationRun run)
    {
        using Tensor y = run.Forward();
        var random = new Random(99);
        return [.. Enumerable.Range(0, y.Length).Select(_ => (random.Next(8) + 1) * (random.Next(2) == 0 ? 0.125 : -0.125))];
    }
}
