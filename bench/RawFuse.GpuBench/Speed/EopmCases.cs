using RawFuse.Kernels;
using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Faults;
using RawFuse.NeuralFuse.Generators;
using RawFuse.NeuralFuse.Profiling;
using RawFuse.NeuralFuse.Training;

namespace RawFuse.GpuBench.Speed;

/// <summary>
/// A step of generator training for ResNet18 with ConvL, 25 images and 10 chips at a bit error rate of 1%: with the reference's fault maps, which the processor draws, and with cells that
/// the device draws.
/// </summary>
internal static class EopmCases
{
    public const string Map = "eopm-map", Drawn = "eopm-drawn";

    private const double BitErrorRate = 0.01;

    public static IEnumerable<SpeedCases.SpeedCase> All =>
        from precision in SpeedCases.ConvolutionPrecisions
        from memory in ((string Name, SramMapping Mapping)[])[(Map, SramMapping.Ibm), (Drawn, SramMapping.Physical)]
        select new SpeedCases.SpeedCase($"{memory.Name}-{SpeedCases.NameOf(precision)}", precision, (device, isToy) => Step(device, isToy, memory.Mapping));

    private static Work Step(Device device, bool isToy, SramMapping mapping)
    {
        using var trained = new Network(isToy ? ToyClassifier() : BaseModel.Define("resnet18", classes: 10), device, seed: 1);
        var generator = new Network(isToy ? ToyGenerator() : Generator.Define("ConvL"), device, seed: 2);
        var options = new EopmOptions(new ChipPopulation(BitErrorRate, FaultModel.StuckAt, mapping), Chips: isToy ? 2 : 10);
        var workload = new EopmWorkload(generator, FrozenNetwork.From(trained), options, batch: isToy ? 2 : 25);
        return new Work(workload.Run, default, workload);
    }

    private static NetworkDefinition ToyClassifier()
    {
        var net = new NetworkBuilder(4, 4, 3);
        return net.Build("toy", net.Linear(net.Relu(net.Conv2d(net.Input, "conv", 4, kernel: 3, padding: 1)), "linear", 10));
    }

    private static NetworkDefinition ToyGenerator()
    {
        var net = new NetworkBuilder(4, 4, 3);
        return net.Build("toy", net.Clamp(net.Add(net.Input, net.Conv2d(net.Input, "conv", 3, kernel: 3, padding: 1)), -1, 1));
    }
}
