using System.Numerics.Tensors;
using RawFuse.Bench.Ratios.Torch;
using RawFuse.NeuralFuse.Training;
using RawFuse.Parity;

namespace RawFuse.Bench.Ratios.Eopm;

/// <summary>One training step of a generator, RawFuse's against three ways of torch.</summary>
internal static class EopmCases
{
    private const double Seconds = 6;

    public static IEnumerable<RatioCase> All =>
    [
        Case("resnet18", "ConvL", EopmProblem.Reference, "the reference's loop"),
        Case("vgg11", "UNetL", EopmProblem.Reference, "the reference's loop"),
        Case("resnet18", "ConvL", EopmProblem.Restructured, "equally restructured"),
        Case("vgg11", "UNetL", EopmProblem.Restructured, "equally restructured"),
        Case("resnet18", "ConvL", EopmProblem.BFloat16, "restructured, its base model in bfloat16"),
    ];

    private static RatioCase Case(string baseModel, string generator, string way, string words)
    {
        string name = $"eopm-{baseModel}-{generator.ToLowerInvariant()}-{way}";
        return new(name, threads =>
        {
            using var problem = new EopmProblem(baseModel, generator, threads);

            // A step of one chip is enough to choose the layout by.
            using TorchEopm theirs = FasterLayout.Of(format => problem.InTorch(way, format), torch =>
            {
                torch.Gradient(problem.Seeds.AsSpan(0, 1));
                torch.Clear();
            });
            Compare(name, problem, theirs, way == EopmProblem.BFloat16 ? (Agreement.BFloat16Loss, Agreement.BFloat16Gradient) : (Agreement.Loss, Agreement.Gradient));
            (double ours, double their) = SideBySide.Milliseconds(problem.Step, theirs.Step, Seconds);
            return RatioResult.Of(
                name, ours, their,
                $"batch {problem.Batch.Count}, {problem.Seeds.Length} chips; torch: {words}, {theirs.Format.Word()}; both draw the reference's fault maps in the step, torch's "
                + "with RawFuse's generator");
        });
    }

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
