namespace RawFuse.NeuralFuse.Generators;

/// <summary>What a generator computes before it is trained.</summary>
public static class GeneratorStart
{
    /// <summary>
    /// Makes an untrained generator the identity, F(x) = x, by setting what scales its last layer to 0: training then begins from what the base model
    /// already knows, instead of from noise over the images. (The reference begins with noise; over its 150 epochs it makes no difference, in a
    /// short training it does.)
    /// </summary>
    /// <param name="generator">A network declared by <see cref="Generator.Define"/>.</param>
    public static void AtIdentity(Network generator)
    {
        Layer last = generator.Definition.Layers.Last(layer => layer.Parameters.Count > 0);
        foreach (ParameterSpec parameter in last.Parameters)
            if (parameter.IsTrained)
                generator[parameter.Name].Set(new float[parameter.Shape.Length]);
    }
}
