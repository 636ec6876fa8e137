using System.Reflection;
using System.Runtime.CompilerServices;
using RawFuse.Kernels;
using RawFuse.Parity.Cases;
using Xunit.Abstractions;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace RawFuse.Parity;

/// <summary>Our operations against libtorch's, on random cases from fixed seeds.</summary>
public sealed class ParityTests(ITestOutputHelper output)
{
    private const int CasesEach = 200;

    private static readonly Dictionary<string, ParityCase> Table =
        new ParityCase[][]
        {
            ConvolutionCases.All, FrozenCases.All, ElementwiseCases.All, LayoutCases.All, PoolCases.All, NormCases.All, LossCases.All, QuantizationCases.All,
            OptimizerCases.All,
        }.SelectMany(family => family).ToDictionary(@case => @case.Name);

    /// <summary>Every case, and those with convolutions once more where these may round up to five times as much.</summary>
    public static TheoryData<string, ConvolutionMode> Names()
    {
        var names = new TheoryData<string, ConvolutionMode>();
        foreach (ParityCase @case in Table.Values)
        {
            names.Add(@case.Name, ConvolutionMode.Precise);
            if (@case.Tolerance == Tolerance.LongSum) names.Add(@case.Name, ConvolutionMode.Fast);
        }

        return names;
    }

    [LibtorchTheory]
    [MemberData(nameof(Names))]
    public void AgreesWithTorch(string name, ConvolutionMode mode)
    {
        ParityCase @case = Table[name];
        Tolerance tolerance = mode == ConvolutionMode.Fast ? Tolerance.FastLongSum : @case.Tolerance;
        using var device = new CpuDevice(2, mode);
        var largest = new Dictionary<string, double>();
        double worst = 0;
        for (int seed = 1; seed <= CasesEach; seed++)
        {
            IComparison comparison = @case.Next(new Draw(seed));
            IReadOnlyList<Outcome> ours = comparison.OnOurs(device), theirs = Libtorch.Run(comparison.OnTorch);
            Assert.Equal(theirs.Select(outcome => outcome.Name), ours.Select(outcome => outcome.Name));
            foreach ((Outcome our, Outcome their) in ours.Zip(theirs))
            {
                string where = $"{name}, case {seed} (its seed) of {CasesEach}: {comparison.Description}: {our.Name} [{string.Join(", ", our.Sizes)}]";
                Assert.True(our.Sizes.SequenceEqual(their.Sizes), $"{where} should have sizes [{string.Join(", ", their.Sizes)}].");
                if (our.Values.Length == 0) continue;
                double[] excess = [.. our.Values.Zip(their.Values, (actual, expected) => tolerance.Excess(expected, actual))];
                int at = Array.IndexOf(excess, excess.Max());
                Assert.True(
                    excess[at] <= 1,
                    $"{where} is worst at {at}: {our.Values[at]:R}, torch {their.Values[at]:R}, {excess[at]:G3} times what '{tolerance}' allows.");
                worst = Math.Max(worst, excess[at]);
                largest[our.Name] = Math.Max(largest.GetValueOrDefault(our.Name), their.Values.Max(Math.Abs));
            }
        }

        Assert.All(largest, entry => Assert.True(entry.Value > 0, $"{name}: {entry.Key} is 0 in every case; nothing was compared."));
        output.WriteLine($"{CasesEach} cases; the worst error is {worst:G3} of what '{tolerance}' allows.");
    }

    [Fact]
    public void EveryOperationHasACase()
    {
        Type[] types = typeof(Tensor).Assembly.GetExportedTypes();
        IEnumerable<string> operations = types.SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static))
            .Where(method => !method.IsGenericMethod && method.IsDefined(typeof(ExtensionAttribute)))
            .Where(method => method.GetParameters()[0].ParameterType == typeof(Tensor))
            .Select(method => method.Name);
        IEnumerable<string> optimizers = types.Where(type => type.IsSubclassOf(typeof(Optimizer))).Select(type => type.Name);
        Assert.Empty(operations.Concat(optimizers).Distinct().Except(Table.Values.SelectMany(@case => @case.Covers)));
    }
}
