using System.Numerics.Tensors;
using RawFuse.Bench.Ratios.Torch;
using RawFuse.NeuralFuse.Training;
using TorchSharp;

namespace RawFuse.Bench.Ratios.Eopm;

/// <summary>One training step of a generator, RawFuse's against three ways of torch.</summary>
internal static class EopmCases
{
    private const double Seconds = 6;

    public static IEnumerable<RatioCase> All =>
    [
        Case("resnet18", "ConvL", "reference", "the reference's loop", (problem, format) => new ReferenceTorchEopm(problem, format)),
        Case("vgg11", "UNetL", "reference", "the reference's loop", (problem, format) => new ReferenceTorchEopm(problem, format)),
        Case("resnet18", "ConvL", "restructured", "equally restructured", (problem, format) => new RestructuredTorchEopm(problem, format)),
        Case("vgg11", "UNetL", "restructured", "equally restructured", (problem, format) => new RestructuredTorchEopm(problem, format)),
        Case(
            "resnet18", "ConvL", "bfloat16", "restructured, its base model in bfloat16",
            (problem, format) => new RestructuredTorchEopm(problem, format, torch.ScalarType.BFloat16), isExact: false),
    ];

    private static RatioCase Case(
        string baseModel, string generator, string way, string words, Func<EopmProblem, MemoryFormat, TorchEopm> theirs, bool isExact = true)
    {
        string name = $"eopm-{baseModel}-{generator.ToLowerInvariant()}-{way}";
        return new(name, threads =>
        {
            using var problem = new EopmProblem(baseModel, generator, threads);
            using TorchEopm torch = Faster(problem, theirs);
            Compare(name, problem, torch, isExact ? (Agreement.Loss, Agreement.Gradient) : (Agreement.BFloat16Loss, Agreement.BFloat16Gradient));
            (double ours, double their) = SideBySide.Milliseconds(problem.Step, torch.Step, Seconds);
            return RatioResult.Of(
                name, ours, their,
                $"batch {EopmProblem.Images}, {EopmProblem.Chips} chips; torch: {words}, {torch.Format.Word()}; both draw the reference's fault maps in the step, torch's with "
                + "RawFuse's generator");
        });
    }

    /// <summary>Tries a step of one chip in both layouts.</summary>
    private static TorchEopm Faster(EopmProblem problem, Func<EopmProblem, MemoryFormat, TorchEopm> theirs) => FasterLayout.Of(
        format => theirs(problem, format),
        torch =>
        {
            torch.Gradient(problem.Seeds.AsSpan(0, 1));
            torch.Clear();
        });

    private static void Compare(string name, EopmProblem problem, TorchEopm torch, (Agreement Loss, Agreement Gradient) agreement)
    {
        EopmLoss ours = problem.Gradient(), theirs = Libtorch.Run(() => torch.Gradient(problem.Seeds));
        agreement.Loss.Check($"{name}: clean and perturbed loss", [ours.Clean, ours.Perturbed], [theirs.Clean, theirs.Perturbed]);
        (string Name, float[] Ours, float[] Theirs)[] gradients =
        [
            .. problem.Generator.Definition.Parameters.Where(parameter => parameter.IsTrained).Select(parameter => (
                parameter.Name, parameter.ToFile(problem.Generator[parameter.Name].Gradient!.ToArray()), Libtorch.Run(() => torch.GradientOf(parameter.Name)))),
        ];

        // A bias before a batch normalization has a gradient of 0 but for rounding.
        double floor = 1e-3 * gradients.Max(gradient => TensorPrimitives.Norm<float>(gradient.Theirs));
        foreach ((string parameter, float[] our, float[] their) in gradients) agreement.Gradient.Check($"{name}: gradient of '{parameter}'", our, their, floor);
        foreach (Tensor tensor in problem.Generator.TrainedTensors) tensor.ClearGradient();
        Libtorch.Run(torch.Clear);
    }
}
