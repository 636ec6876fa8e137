using RawFuse.Bench.Ratios.Torch;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Faults;
using RawFuse.NeuralFuse.Generators;
using RawFuse.NeuralFuse.Training;
using TorchSharp;

namespace RawFuse.Bench.Ratios.Eopm;

/// <summary>One EOPM training step, and RawFuse's way through it: chips with the reference's fault maps at a bit error rate of 1%.</summary>
internal sealed class EopmProblem : IDisposable
{
    /// <summary>The paper's batch and number of chips.</summary>
    public const int PaperImages = 25, PaperChips = 10;

    public const double BitErrorRate = 0.01;

    /// <summary>Ways of torch: the reference's loop; the least work; the same with the base model in bfloat16.</summary>
    public const string Reference = "reference", Restructured = "restructured", BFloat16 = "bfloat16";

    private readonly Adam optimizer;
    private readonly EopmStep step;
    private Network? floats;

    public EopmProblem(string baseModel, string generator, int threads, int images = PaperImages, int chips = PaperChips)
    {
        Device = new CpuDevice(threads);
        floats = new Network(BaseModel.Define(baseModel, classes: 10), Device, seed: 1);
        Generator = new Network(NeuralFuse.Generators.Generator.Define(generator), Device, seed: 2);
        Frozen = FrozenNetwork.From(floats);
        Batch = new RandomImages(images).AsBatch(Device);
        Options = new EopmOptions(new ChipPopulation(BitErrorRate, FaultModel.StuckAt, SramMapping.Ibm), chips);
        Seeds = [.. Enumerable.Range(1000, chips).Select(seed => (ulong)(7 * seed))];
        step = new EopmStep(Generator, [Frozen], Options);
        optimizer = new Adam(Generator.TrainedTensors, EopmOptions.Beta1, EopmOptions.Beta2);
    }

    public CpuDevice Device { get; }

    /// <summary>The base model's floats.</summary>
    /// <exception cref="InvalidOperationException">They were released.</exception>
    public Network Base => floats ?? throw new InvalidOperationException("The base model's floats were released.");

    public Network Generator { get; }

    public FrozenNetwork Frozen { get; }

    public Batch Batch { get; }

    public EopmOptions Options { get; }

    /// <summary>Seeds of the chips.</summary>
    public ulong[] Seeds { get; }

    /// <summary>Adds the loss's gradient to the generator's tensors.</summary>
    public EopmLoss Gradient() => step.Gradient(Batch, Seeds);

    /// <summary>The whole step.</summary>
    public void Step()
    {
        Gradient();
        optimizer.Step(Options.Rate.At(0, total: 1));
    }

    /// <summary>Gives the memory of the base model's floats back, which only torch's copies are made of.</summary>
    public void ReleaseBase()
    {
        floats?.Dispose();
        floats = null;
        Device.Pool.Trim();
    }

    /// <summary>Makes the problem's copy in torch.</summary>
    /// <param name="way"><see cref="Reference"/>, <see cref="Restructured"/> or <see cref="BFloat16"/>.</param>
    /// <param name="format">Layout of images and weights.</param>
    public TorchEopm InTorch(string way, MemoryFormat format) => way switch
    {
        Reference => new ReferenceTorchEopm(this, format),
        Restructured => new RestructuredTorchEopm(this, format),
        BFloat16 => new RestructuredTorchEopm(this, format, torch.ScalarType.BFloat16),
        _ => throw new ArgumentException($"Torch has no way '{way}' here.", nameof(way)),
    };

    public void Dispose()
    {
        optimizer.Dispose();
        step.Dispose();
        Batch.Dispose();
        Frozen.Dispose();
        Generator.Dispose();
        floats?.Dispose();
        Device.Dispose();
    }
}
