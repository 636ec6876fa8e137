namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>What a number in a table says; percent or percentage points unless said.</summary>
internal enum Quantity
{
    /// <summary>CA: clean accuracy of the base model.</summary>
    Clean,

    /// <summary>PA: perturbed accuracy of the base model.</summary>
    Perturbed,

    /// <summary>CA(NF): clean accuracy behind the generator.</summary>
    CleanWithFuse,

    /// <summary>PA(NF): perturbed accuracy behind the generator.</summary>
    PerturbedWithFuse,

    /// <summary>RP: what the generator wins back.</summary>
    Recovery,

    /// <summary>ES: energy saved, by SRAM accesses.</summary>
    EnergySaving,

    /// <summary>Recovery per million parameters of the generator.</summary>
    Efficiency,
}
