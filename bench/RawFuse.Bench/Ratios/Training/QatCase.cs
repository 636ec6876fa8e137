using RawFuse.Bench.Ratios.Torch;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Training;
using RawFuse.Parity;

namespace RawFuse.Bench.Ratios.Training;

/// <summary>One step of quantization-aware training of VGG11.</summary>
internal static class QatCase
{
    public const float Rate = 0.01f, Momentum = 0.9f, WeightDecay = 5e-4f;

    private const string Name = "qat-vgg11-b128";
    private const int Images = 128;
    private const double Seconds = 6;

    public static RatioCase Case => new(Name, threads =>
    {
        using var device = new CpuDevice(threads);
        using var network = new Network(BaseModel.Define("vgg11", classes: 10), device, seed: 1);
        using Batch batch = new RandomImages(Images).AsBatch(device);
        using var optimizer = new Sgd(network.TrainedTensors, Momentum, WeightDecay, nesterov: true);
        using TorchQat theirs = FasterLayout.Of(format => new TorchQat(network, batch, format), torch => torch.Gradient());
        float Step() => QatTrainer.Step(network, batch, new ForwardMode(IsTraining: true, WeightBits: 8), optimizer, Rate);
        Compare(network, Step, theirs);
        (double ours, double their) = SideBySide.Milliseconds(() => Step(), () => theirs.Step(), Seconds);
        return RatioResult.Of(Name, ours, their, $"batch {Images}, int8 rounding of all weights, SGD with Nesterov's momentum and weight decay; torch: {theirs.Format.Word()}");
    });

    /// <summary>Takes a step on both sides; the loss before it and what it changed must agree.</summary>
    private static void Compare(Network network, Func<float> step, TorchQat theirs)
    {
        ParameterSpec[] trained = [.. network.Definition.Parameters.Where(parameter => parameter.IsTrained)];
        float[][] Ours() => [.. trained.Select(parameter => parameter.ToFile(network[parameter.Name].ToArray()))];
        float[][] Theirs() => [.. trained.Select(parameter => Libtorch.Run(() => theirs.Values(parameter.Name)))];
        float[][] before = Ours();
        Agreement.Loss.Check($"{Name}: loss", [step()], [Libtorch.Run(theirs.Step)]);
        float[][] ours = Ours(), their = Theirs();
        for (int i = 0; i < trained.Length; i++)
            Agreement.Gradient.Check($"{Name}: step of '{trained[i].Name}'", Difference(ours[i], before[i]), Difference(their[i], before[i]), floor: 1e-4);
    }

    private static float[] Difference(float[] after, float[] before) => [.. after.Zip(before, (a, b) => a - b)];
}
