using RawFuse.Kernels;
using RawFuse.NeuralFuse.Training;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Method;

public sealed class LabelSmoothingTests
{
    /// <summary>With a share of 0.3 and three classes the target is (0.8, 0.1, 0.1); no answer's cross-entropy is below its entropy, which plain labels have passed by then.</summary>
    [Fact]
    public void TheLossNearsTheTargetsEntropyFromAbove()
    {
        double entropy = -((0.8 * Math.Log(0.8)) + (0.2 * Math.Log(0.1)));

        float[] smoothed = Losses(0.3f), plain = Losses(0);

        Assert.All(smoothed, loss => Assert.True(loss > entropy - 1e-5));
        Assert.InRange(smoothed[^1], entropy, entropy + 0.2);
        Assert.InRange(plain[^1], 0, entropy / 2);
    }

    [Theory]
    [InlineData(-0.1f)]
    [InlineData(1.1f)]
    [InlineData(float.NaN)]
    public void AShareOutsideZeroToOneIsRefused(float smoothing) => Assert.Throws<ArgumentOutOfRangeException>(() => Losses(smoothing));

    private static float[] Losses(float smoothing)
    {
        using var device = new CpuDevice();
        using var network = new Network(ToyProblem.Classifier(), device, 1);
        var losses = new List<float>();
        var progress = new Heard<TrainingProgress>(step => losses.Add(step.Loss));
        QatTrainer.Train(network, new ToyProblem(96, 16), new QatOptions(Epochs: 10, LabelSmoothing: smoothing), progress);
        return [.. losses];
    }
}
