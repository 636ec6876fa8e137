namespace RawFuse.NeuralFuse.Evaluation;

/// <summary>
/// Student's t distribution with a whole number of degrees of freedom, where its distribution function is a finite sum (Abramowitz and Stegun, Handbook of Mathematical Functions,
/// 26.7.3 and 26.7.4).
/// </summary>
internal static class StudentT
{
    /// <summary>P(|T| &lt;= t).</summary>
    /// <param name="t">0 or more.</param>
    /// <param name="degrees">Degrees of freedom, 1 or more.</param>
    public static double Within(double t, int degrees)
    {
        double angle = Math.Atan(t / Math.Sqrt(degrees)), cosine = Math.Cos(angle), square = cosine * cosine;
        bool isOdd = degrees % 2 != 0;
        double term = isOdd ? cosine : 1, sum = 0;
        for (int k = isOdd ? 1 : 0; k <= degrees - 2; k += 2)
        {
            sum += term;
            term *= square * (k + 1) / (k + 2);
        }

        return isOdd ? 2 / Math.PI * (angle + (Math.Sin(angle) * sum)) : Math.Sin(angle) * sum;
    }

    /// <summary>The t with P(|T| &lt;= t) = <paramref name="probability"/>, from 0 to 0.999; to the last bits.</summary>
    public static double Quantile(double probability, int degrees)
    {
        double low = 0, high = 1;
        while (Within(high, degrees) < probability) high *= 2;
        while (true)
        {
            double middle = (low + high) / 2;
            if (middle <= low || middle >= high) return high;
            if (Within(middle, degrees) < probability) low = middle;
            else high = middle;
        }
    }
}
