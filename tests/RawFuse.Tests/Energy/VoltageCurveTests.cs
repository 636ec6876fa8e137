using RawFuse.NeuralFuse.Energy;

namespace RawFuse.Tests.Energy;

public sealed class VoltageCurveTests
{
    /// <summary>Reference values to 17 digits from mpmath: erfc(18.345 (v - 0.7133) / sqrt 2) / 2 and v^2.076.</summary>
    [Theory]
    [InlineData(0.75, 0.25039047075844111, 0.55033506210927723)]
    [InlineData(0.8, 0.055859777756173245, 0.62923781307988681)]
    [InlineData(0.83, 0.016142604338103958, 0.67921320354504042)]
    [InlineData(0.87, 0.0020223043078188312, 0.74893127766963848)]
    [InlineData(0.876, 0.0014191367001348082, 0.75969369914269728)]
    [InlineData(0.9, 0.00030738669883080615, 0.80353990545159411)]
    [InlineData(0.95, 7.0511769179591949e-6, 0.89898864153215894)]
    [InlineData(1.0, 7.2219298246261676e-8, 1.0)]
    public void CurvesEqualHighPrecisionValues(double voltage, double ber, double energy)
    {
        Assert.Equal(1, VoltageCurve.Ber(voltage) / ber, 1e-12);
        Assert.Equal(1, VoltageCurve.EnergyRatio(voltage) / energy, 1e-14);
    }

    [Fact]
    public void InverseReturnsEveryVoltage()
    {
        for (int step = 0; step <= 1000; step++)
        {
            double voltage = 0.75 + 0.25 * step / 1000;
            Assert.Equal(voltage, VoltageCurve.VoltageForBer(VoltageCurve.Ber(voltage)), 1e-14);
        }
    }

    [Fact]
    public void BerFallsAndEnergyRisesWithVoltage()
    {
        for (int step = 1; step <= 1000; step++)
        {
            double lower = 0.75 + 0.25 * (step - 1) / 1000, higher = 0.75 + 0.25 * step / 1000;
            Assert.True(VoltageCurve.Ber(higher) < VoltageCurve.Ber(lower));
            Assert.True(VoltageCurve.EnergyRatio(higher) > VoltageCurve.EnergyRatio(lower));
        }
    }

    /// <summary>
    /// Against the digitized plot. In voltage the fit is as good as the reading of the plot; the rate is steep there, so 0.0035 Vmin is up to
    /// 18% of a rate above 0.05% and up to 35% of one below 0.002%.
    /// </summary>
    [Fact]
    public void FitsFollowTheDigitizedCurve()
    {
        foreach (var row in EnergyGolden.Rows("voltage_curve_digitized_stutz2021.csv"))
        {
            double voltage = row.Double("V_over_Vmin");
            if (row.Optional("BER") is { } ber)
            {
                Assert.Equal(voltage, VoltageCurve.VoltageForBer(ber), 0.0035);
                Assert.Equal(1, VoltageCurve.Ber(voltage) / ber, ber > 2e-5 ? 0.18 : 0.35);
            }

            if (row.Optional("E_norm") is { } energy)
            {
                Assert.Equal(energy, VoltageCurve.EnergyRatio(voltage), 0.0025);
            }
        }
    }

    /// <summary>The file's voltages and energies are the fit's, to four decimals.</summary>
    [Fact]
    public void PointsOfTheReferenceCodeFollowFromTheFit()
    {
        foreach (var row in EnergyGolden.Rows("voltage_ber_points.csv"))
        {
            var point = OperatingPoint.ForBer(row.Double("BER"));

            Assert.Equal(OperatingPointSource.Fit, point.Source);
            Assert.Equal(row.Double("V_over_Vmin_from_probit_fit"), point.Voltage, 1e-4);
            Assert.Equal(row.Double("E_norm_Vpow"), point.AccessEnergyRatio, 1e-4);
        }
    }

    [Fact]
    public void PaperPointIsUsedAtOnePercentOnly()
    {
        var paper = OperatingPoint.ForBer(0.01);
        Assert.Equal((0.01, 0.83, 0.694, OperatingPointSource.Paper), (paper.Ber, paper.Voltage, paper.AccessEnergyRatio, paper.Source));

        var half = OperatingPoint.ForBer(0.005);
        Assert.Equal((0.005, OperatingPointSource.Fit), (half.Ber, half.Source));
        Assert.Equal(0.85371042810296543, half.Voltage, 1e-13);
        Assert.Equal(0.72011320913594134, half.AccessEnergyRatio, 1e-13);

        var fit = OperatingPoint.ForBer(0.01, OperatingPointSource.Fit);
        Assert.Equal(OperatingPointSource.Fit, fit.Source);
        Assert.Equal(0.69650290799414205, fit.AccessEnergyRatio, 1e-13);
    }

    [Theory]
    [InlineData(0.7499)]
    [InlineData(1.0001)]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public void VoltagesOutsideTheCurveAreRefused(double voltage)
    {
        Assert.Throws<ArgumentOutOfRangeException>("voltage", () => VoltageCurve.Ber(voltage));
        Assert.Throws<ArgumentOutOfRangeException>("voltage", () => VoltageCurve.EnergyRatio(voltage));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7e-8)]
    [InlineData(0.26)]
    [InlineData(-0.01)]
    [InlineData(double.NaN)]
    public void RatesOutsideTheCurveAreRefused(double ber)
    {
        Assert.Throws<ArgumentOutOfRangeException>("ber", () => VoltageCurve.VoltageForBer(ber));
        Assert.Throws<ArgumentOutOfRangeException>("ber", () => OperatingPoint.ForBer(ber));
    }

    [Fact]
    public void EndPointsStayInRange()
    {
        Assert.Equal(VoltageCurve.MaximumVoltage, VoltageCurve.VoltageForBer(VoltageCurve.MinimumBer), 1e-14);
        Assert.Equal(VoltageCurve.MinimumVoltage, VoltageCurve.VoltageForBer(VoltageCurve.MaximumBer), 1e-14);
        Assert.Throws<ArgumentOutOfRangeException>("preferred", () => OperatingPoint.ForBer(0.01, (OperatingPointSource)2));
    }
}
