namespace RawFuse.NeuralFuse.Energy;

/// <summary>Whether low voltage with a generator in front is cheaper than nominal voltage without one.</summary>
public enum EnergyVerdict
{
    /// <summary>Low voltage saves more than the generator costs.</summary>
    Saves,

    /// <summary>The two are equal.</summary>
    BreaksEven,

    /// <summary>The generator costs more than low voltage saves: running the base model alone at nominal voltage is cheaper.</summary>
    CostsMore,
}
