using RawFuse.NeuralFuse.Evaluation;

namespace RawFuse.Tests.Method;

/// <summary>Statistics over chips.</summary>
public sealed class AccuracyStatisticsTests
{
    /// <summary>Tables of Student's t, two-sided.</summary>
    [Theory]
    [InlineData(1, 0.95, 12.7062047362)]
    [InlineData(2, 0.95, 4.3026527297)]
    [InlineData(3, 0.95, 3.1824463053)]
    [InlineData(4, 0.99, 4.6040948713)]
    [InlineData(9, 0.95, 2.2621571628)]
    [InlineData(9, 0.5, 0.7027221468)]
    [InlineData(29, 0.95, 2.0452296421)]
    [InlineData(100, 0.95, 1.9839715185)]
    [InlineData(1000, 0.95, 1.9623390808)]
    public void QuantilesAreThoseOfTables(int degrees, double probability, double t)
    {
        Assert.Equal(t, StudentT.Quantile(probability, degrees), 1e-9);
        Assert.Equal(probability, StudentT.Within(t, degrees), 1e-9);
    }

    [Fact]
    public void SummarizesChips()
    {
        var statistics = new AccuracyStatistics([80, 60, 70, 90]);
        Assert.Equal(75, statistics.Mean, 12);
        Assert.Equal(Math.Sqrt(125), statistics.StandardDeviation, 12);

        // The sample's deviation is 12.909944, its mean's 6.454972.
        Assert.Equal(3.1824463053 * 6.4549722437, statistics.HalfWidth!.Value, 8);
        Assert.Equal(60, statistics.Worst);
        Assert.Equal([60, 67.5, 75, 82.5, 90, 63], ((double[])[0, 0.25, 0.5, 0.75, 1, 0.1]).Select(statistics.Quantile));
        Assert.Equal([80, 60, 70, 90], statistics.PerChip);
        Assert.Throws<ArgumentOutOfRangeException>(() => statistics.Quantile(1.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => statistics.Quantile(double.NaN));
    }

    [Fact]
    public void OneChipHasNoInterval()
    {
        var statistics = new AccuracyStatistics([42]);
        Assert.Null(statistics.HalfWidth);
        Assert.Equal((42, 0, 42), (statistics.Mean, statistics.StandardDeviation, statistics.Quantile(0.95)));
        Assert.Throws<ArgumentException>(() => new AccuracyStatistics([]));
    }

    /// <summary>Of samples of ten from a normal distribution, 95% of the intervals cover the mean.</summary>
    [Fact]
    public void IntervalsCoverTheMean()
    {
        var random = new Random(3);
        int covered = Enumerable.Range(0, 4000).Count(_ =>
        {
            var statistics = new AccuracyStatistics([.. Enumerable.Range(0, 10).Select(_ =>
                50 + (4 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))]);
            return Math.Abs(statistics.Mean - 50) <= statistics.HalfWidth;
        });

        // Four standard errors of a share.
        Assert.InRange(covered / 4000.0, 0.936, 0.964);
    }

    /// <summary>What a generator wins back varies less than the accuracies, where good chips are good with it too.</summary>
    [Fact]
    public void RecoveryIsPaired()
    {
        var result = new EvaluationResult(
            new Accuracy(90, new AccuracyStatistics([30, 50, 70])), new Accuracy(89, new AccuracyStatistics([51, 70, 89])), [1, 2, 3], 10);
        Assert.Equal(20, result.Recovery!.Value, 12);
        Assert.Equal([21, 20, 19], result.RecoveryPerChip!.PerChip);
        Assert.True(result.RecoveryPerChip.HalfWidth < result.Base.Perturbed.HalfWidth / 10);
        Assert.Null((result with { WithFuse = null }).RecoveryPerChip);
    }
}
