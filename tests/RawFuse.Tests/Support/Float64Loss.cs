namespace RawFuse.Tests.Support;

/// <summary>Softmax cross-entropy in double precision.</summary>
public static class Float64Loss
{
    /// <summary>Gradient of weight * sum over images of the cross-entropy, of logits [N, classes].</summary>
    public static double[] Gradient(double[] logits, int[] labels, double weight)
    {
        int classes = logits.Length / labels.Length;
        var gradient = new double[logits.Length];
        for (int n = 0; n < labels.Length; n++)
        {
            ReadOnlySpan<double> row = logits.AsSpan(n * classes, classes);
            double largest = double.NegativeInfinity, sum = 0;
            foreach (double logit in row) largest = Math.Max(largest, logit);
            foreach (double logit in row) sum += Math.Exp(logit - largest);
            for (int c = 0; c < classes; c++) gradient[(n * classes) + c] = weight * ((Math.Exp(row[c] - largest) / sum) - (c == labels[n] ? 1 : 0));
        }

        return gradient;
    }
}
