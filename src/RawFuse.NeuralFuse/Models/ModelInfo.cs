namespace RawFuse.NeuralFuse.Models;

/// <summary>What a model file holds.</summary>
public enum ModelKind
{
    /// <summary>A base model.</summary>
    Base,

    /// <summary>A NeuralFuse generator.</summary>
    Fuse,
}

/// <summary>What one must know of a model to use its numbers.</summary>
/// <param name="Kind">Base model or generator.</param>
/// <param name="Architecture">Name of the base model or of the generator.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Image">Height and width of the images in pixels.</param>
/// <param name="Bits">Bits its weights are quantized to, 2 to 8.</param>
/// <param name="Dataset">Name of the data it was trained on.</param>
public sealed record ModelInfo(ModelKind Kind, string Architecture, int Classes, int Image, int Bits, string Dataset)
{
    /// <summary>Declares the model's layers.</summary>
    /// <exception cref="ArgumentException">The architecture is unknown or a number out of range.</exception>
    public NetworkDefinition Define() =>
        Kind == ModelKind.Base ? BaseModels.BaseModel.Define(Architecture, Classes, Image) : Generators.Generator.Define(Architecture, Image);
}
