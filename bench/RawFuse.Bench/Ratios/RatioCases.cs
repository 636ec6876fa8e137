using RawFuse.Bench.Ratios.Convolution;
using RawFuse.Bench.Ratios.Eopm;
using RawFuse.Bench.Ratios.Faults;
using RawFuse.Bench.Ratios.Inference;
using RawFuse.Bench.Ratios.Memory;
using RawFuse.Bench.Ratios.Training;

namespace RawFuse.Bench.Ratios;

/// <summary>All cases, in the order of the table.</summary>
internal static class RatioCases
{
    public static readonly RatioCase[] All =
    [
        .. EopmCases.All, .. ConvolutionCases.All, QatCase.Case, .. InferenceCases.All, InjectCase.Case, DrawMaskCase.Case, .. MemoryCases.All,
    ];

    /// <summary>The case of that name, or else those whose names begin with it.</summary>
    public static RatioCase[] Named(string name)
    {
        RatioCase[] exact = [.. All.Where(@case => @case.Name == name)];
        return exact.Length > 0 ? exact : [.. All.Where(@case => @case.Name.StartsWith(name, StringComparison.Ordinal))];
    }

    /// <summary>The geometric means of the families whose cases are all there.</summary>
    public static IEnumerable<RatioResult> Means(IReadOnlyList<RatioResult> results)
    {
        foreach (string family in ConvolutionCases.Families)
        {
            RatioResult[] members = [.. results.Where(result => result.Case.StartsWith($"{family}-", StringComparison.Ordinal))];
            if (members.Length == 0 || members.Length != Named(family).Length) continue;
            double Mean(Func<RatioResult, double> number) => Math.Exp(members.Average(member => Math.Log(number(member))));
            yield return RatioResult.Of(family, Mean(member => member.RawfuseMs!.Value), Mean(member => member.TorchMs!.Value), $"geometric means of {members.Length} cases");
        }
    }
}
