using RawFuse.Kernels;
using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Faults;
using RawFuse.NeuralFuse.Generators;
using RawFuse.NeuralFuse.Training;

namespace RawFuse.Bench.Ratios.Eopm;

/// <summary>One EOPM training step at the paper's sizes, and RawFuse's way through it: batch 25, 10 chips with the reference's fault maps at 1%.</summary>
internal sealed class EopmProblem : IDisposable
{
    public const int Images = 25, Chips = 10;
    public const double BitErrorRate = 0.01;

    private readonly Adam optimizer;

    public EopmProblem(string baseModel, string generator, int threads)
    {
        Device = new CpuDevice(threads);
        Base = new Network(BaseModel.Define(baseModel, classes: 10), Device, seed: 1);
        Generator = new Network(NeuralFuse.Generators.Generator.Define(generator), Device, seed: 2);
        Frozen = FrozenNetwork.From(Base);
        Batch = new RandomImages(Images).AsBatch(Device);
        Options = new EopmOptions(new ChipPopulation(BitErrorRate, FaultModel.StuckAt, SramMapping.Ibm), Chips);
        optimizer = new Adam(Generator.TrainedTensors, EopmOptions.Beta1, EopmOptions.Beta2);
    }

    public CpuDevice Device { get; }

    public Network Base { get; }

    public Network Generator { get; }

    public FrozenNetwork Frozen { get; }

    public Batch Batch { get; }

    public EopmOptions Options { get; }

    /// <summary>Seeds of the chips.</summary>
    public ulong[] Seeds { get; } = [.. Enumerable.Range(1000, Chips).Select(seed => (ulong)(7 * seed))];

    /// <summary>Adds the loss's gradient to the generator's tensors.</summary>
    public EopmLoss Gradient() => EopmStep.Gradient(Generator, [Frozen], Batch, Seeds, Options);

    /// <summary>The whole step.</summary>
    public void Step()
    {
        Gradient();
        optimizer.Step(Options.Rate);
    }

    public void Dispose()
    {
        optimizer.Dispose();
        Batch.Dispose();
        Frozen.Dispose();
        Generator.Dispose();
        Base.Dispose();
        Device.Dispose();
    }
}
