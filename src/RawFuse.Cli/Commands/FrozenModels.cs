using RawFuse.Datasets;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Models;

namespace RawFuse.Cli.Commands;

/// <summary>Reads models for use with a data set.</summary>
internal static class FrozenModels
{
    /// <summary>Reads and freezes a base model, which must classify the images at hand.</summary>
    public static FrozenNetwork LoadBase(string path, Device device, ModelHints hints, ImageSet images)
    {
        (ModelInfo info, Network network) = ModelFile.Load(path, ModelKind.Base, device, hints);
        using (network)
        {
            if (info.Classes != images.Classes)
                throw new ArgumentException($"{path}: the model knows {info.Classes} classes, data set '{images.Name}' has {images.Classes}.");
            return FrozenNetwork.From(network, info.Bits);
        }
    }

    /// <summary>Reads and freezes a generator.</summary>
    public static FrozenNetwork LoadFuse(string path, Device device, ModelHints hints)
    {
        (ModelInfo info, Network network) = ModelFile.Load(path, ModelKind.Fuse, device, hints);
        using (network) return FrozenNetwork.From(network, info.Bits);
    }
}
