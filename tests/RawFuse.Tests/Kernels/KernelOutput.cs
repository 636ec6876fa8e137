using RawFuse.Tests.Support;

namespace RawFuse.Tests.Kernels;

/// <summary>What one buffer held after a run, and what it should have held.</summary>
internal sealed record KernelOutput(double[] Values, byte[] Bits, Func<double[]> Reference, Tolerance Tolerance)
{
    /// <summary>Fails unless the outputs are, element by element, within their tolerance of the expected ones.</summary>
    public static void AssertClose(IReadOnlyList<KernelOutput> outputs, Func<int, double[]> expected)
    {
        Assert.NotEmpty(outputs);
        for (int number = 0; number < outputs.Count; number++) outputs[number].AssertClose($"Output {number}", expected(number));
    }

    private void AssertClose(string what, double[] expected)
    {
        Assert.True(expected.Length == Values.Length, $"{what}: {Values.Length} numbers; expected {expected.Length}.");
        int[] wrong = [.. Enumerable.Range(0, expected.Length).Where(i => !Tolerance.Accepts(expected[i], Values[i]))];
        Assert.True(
            wrong.Length == 0,
            $"{what}: {wrong.Length} of {expected.Length} numbers are wrong: "
            + string.Join(", ", wrong.Take(4).Select(i => $"[{i}] is {Values[i]:R}; expected {expected[i]:R}")));
    }
}
