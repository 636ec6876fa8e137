using RawFuse.Kernels;
using RawFuse.NeuralFuse.BaseModels;

namespace RawFuse.GpuBench.Speed;

/// <summary>
/// What memory binds: faults into 1G weights, and element-by-element kernels, batch normalization and Adam over all of ResNet18's tensors at 275 images, each in memory of its own, so that
/// little of it is in a cache.
/// </summary>
internal static class MemoryCases
{
    public const string Inject = "inject-1g";

    /// <summary>Those over ResNet18's tensors.</summary>
    public static readonly string[] Sweeps = ["map-relu", "zip-add", "batchnorm-forward", "batchnorm-backward", "adam"];

    private const int Images = 275, Weights = 1_000_000_000, ToyWeights = 1000, ToyLength = 64;

    public static IEnumerable<SpeedCases.SpeedCase> All =>
        from @case in (IEnumerable<(string Name, SpeedCases.Prepare Prepare)>)[(Inject, Faults), .. Sweeps.Zip((SpeedCases.Prepare[])[Map, Zip, Forward, Backward, Adam])]
        select new SpeedCases.SpeedCase(@case.Name, MatrixPrecision.Float32, @case.Prepare);

    private static Work Faults(Device device, bool isToy)
    {
        int count = isToy ? ToyWeights : Weights;
        var buffers = new Buffers(device);
        Storage<sbyte> weights = buffers.Empty<sbyte>(count);
        device.Run<Fill<sbyte>, FillArgs<sbyte>>(new(weights, count, 0x55));
        return Work.Of<InjectFaults, InjectFaultsArgs>(device, new(weights, count, FaultCells.Drawn(seed: 7, 0.01, FaultModel.StuckAt)), buffers.All);
    }

    private static Work Map(Device device, bool isToy) => Sweep<Map<Relu>, MapArgs<Relu>>(device, isToy, (buffers, rows, channels) =>
        new(buffers.Reals(rows * channels), buffers.Empty<float>(rows * channels), rows * channels, default));

    private static Work Zip(Device device, bool isToy) => Sweep<Zip<Add>, ZipArgs>(device, isToy, (buffers, rows, channels) =>
        new(buffers.Reals(rows * channels), buffers.Reals(rows * channels), buffers.Empty<float>(rows * channels), rows * channels, rows * channels));

    private static Work Forward(Device device, bool isToy) => Sweep<BatchNormForward, BatchNormForwardArgs>(device, isToy, (b, rows, channels) => new(
        b.Reals(rows * channels), b.Empty<float>(rows * channels), b.Positives(channels), b.Reals(channels), b.Empty<float>(channels), b.Empty<float>(channels),
        b.Reals(channels), b.Positives(channels), rows, channels, Momentum: 0.1f, BatchNormLayer.Epsilon));

    private static Work Backward(Device device, bool isToy) => Sweep<BatchNormBackward, BatchNormBackwardArgs>(device, isToy, (b, rows, channels) => new(
        b.Reals(rows * channels), b.Reals(rows * channels), b.Positives(channels), b.Reals(channels), b.Positives(channels), b.Empty<float>(rows * channels),
        b.Empty<float>(channels), b.Empty<float>(channels), rows, channels));

    private static Work Adam(Device device, bool isToy)
    {
        var buffers = new Buffers(device);
        AdamTensor[] tensors =
        [
            .. from parameter in ResNet().Parameters
               where parameter.IsTrained
               let length = isToy ? Math.Min(parameter.Shape.Length, ToyLength) : parameter.Shape.Length
               select new AdamTensor(buffers.Reals(length), buffers.Reals(length), buffers.Reals(length), buffers.Positives(length), length, Step: 1),
        ];
        return Work.Of<AdamStep, AdamStepArgs>(device, new(tensors, Rate: 1e-3f, 0.9, 0.999, Epsilon: 1e-8f), buffers.All);
    }

    /// <summary>A kernel over all the activations that ResNet18 normalizes.</summary>
    private static Work Sweep<TKernel, TArgs>(Device device, bool isToy, Func<Buffers, int, int, TArgs> arguments)
        where TKernel : IKernel<TArgs>
        where TArgs : struct, IKernelCost
    {
        var buffers = new Buffers(device);
        TArgs[] all =
        [
            .. from layer in ResNet().Layers.OfType<BatchNormLayer>()
               let node = layer.Output
               select isToy ? arguments(buffers, 4, node.Channels / 16) : arguments(buffers, Images * node.Height * node.Width, node.Channels),
        ];
        return Work.OfEach<TKernel, TArgs>(device, all, buffers.All);
    }

    private static NetworkDefinition ResNet() => BaseModel.Define("resnet18", classes: 10);
}
