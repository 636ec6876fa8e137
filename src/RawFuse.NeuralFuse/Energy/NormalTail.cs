using System.Diagnostics;

namespace RawFuse.NeuralFuse.Energy;

/// <summary>The upper tail Q of the standard normal distribution, on its decreasing side x >= 0, and its inverse.</summary>
internal static class NormalTail
{
    private static readonly double InverseSqrtTwoPi = 1 / Math.Sqrt(2 * Math.PI);

    /// <summary>Q(x) = P(X > x) = erfc(x / sqrt 2) / 2, to a relative error below 1e-12 for 0 &lt;= x &lt;= 20.</summary>
    public static double Probability(double x)
    {
        Debug.Assert(x >= 0);

        // The series is 1/2 minus a number close to it when x is large; the fraction converges slowly when x is small. At 2 both are good to 1e-14.
        return x < 2 ? 0.5 - Density(x) * Series(x) : Density(x) / Fraction(x);
    }

    /// <summary>The x >= 0 with Q(x) = <paramref name="probability"/>, for probabilities in (0, 1/2].</summary>
    public static double Quantile(double probability)
    {
        Debug.Assert(probability is > 0 and <= 0.5);

        // Newton on ln Q(x) = ln p. Q(x) <= exp(-x^2/2) / 2 puts this start on the right of the root, and ln Q is concave and decreasing, so
        // every step goes left without crossing the root: the first one that does not has met the limit of rounding.
        double logProbability = Math.Log(probability);
        double x = Math.Sqrt(-2 * Math.Log(2 * probability));
        while (true)
        {
            double tail = Probability(x);
            double next = x + (Math.Log(tail) - logProbability) * tail / Density(x);
            if (!(next < x))
            {
                return x;
            }

            x = next;
        }
    }

    private static double Density(double x) => InverseSqrtTwoPi * Math.Exp(-x * x / 2);

    /// <summary>x + x^3/3 + x^5/(3*5) + ..., all terms positive (Abramowitz and Stegun 26.2.11).</summary>
    private static double Series(double x)
    {
        double sum = 0;
        double term = x;
        for (int odd = 3; sum + term != sum; odd += 2)
        {
            sum += term;
            term *= x * x / odd;
        }

        return sum;
    }

    /// <summary>x + 1/(x + 2/(x + 3/(x + ...))), Laplace's continued fraction (Abramowitz and Stegun 26.2.14) from the inside out.</summary>
    private static double Fraction(double x)
    {
        double value = x;
        for (int n = 80; n >= 1; n--)
        {
            value = x + n / value;
        }

        return value;
    }
}
