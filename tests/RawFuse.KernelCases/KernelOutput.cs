namespace RawFuse.KernelCases;

/// <summary>What one buffer held after a run, and what it should have held.</summary>
/// <param name="Values">Its numbers.</param>
/// <param name="Bits">Its bytes.</param>
/// <param name="Reference">Computes the numbers from their definition; slow.</param>
/// <param name="Tolerance">How far the numbers may lie from the expected ones.</param>
internal sealed record KernelOutput(double[] Values, byte[] Bits, Func<double[]> Reference, Tolerance Tolerance)
{
    /// <summary>Compares all outputs of a run with the expected ones, element by element.</summary>
    /// <returns>The first output that is beyond its tolerance, in words; null where none is.</returns>
    public static string? Difference(IReadOnlyList<KernelOutput> outputs, Func<int, double[]> expected)
    {
        if (outputs.Count == 0) return "The case expects nothing.";
        for (int number = 0; number < outputs.Count; number++)
            if (outputs[number].Difference(expected(number)) is { } difference) return $"Output {number}: {difference}";
        return null;
    }

    private string? Difference(double[] expected)
    {
        if (expected.Length != Values.Length) return $"{Values.Length} numbers; expected {expected.Length}.";
        int[] wrong = [.. Enumerable.Range(0, expected.Length).Where(i => !Tolerance.Accepts(expected[i], Values[i]))];
        if (wrong.Length == 0) return null;
        return $"{wrong.Length} of {expected.Length} numbers are wrong: "
            + string.Join(", ", wrong.Take(4).Select(i => $"[{i}] is {Values[i]:R}; expected {expected[i]:R}"));
    }
}
