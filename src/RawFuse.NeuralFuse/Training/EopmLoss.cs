namespace RawFuse.NeuralFuse.Training;

/// <summary>The two parts of the EOPM loss.</summary>
/// <param name="Clean">Cross-entropy of the clean model.</param>
/// <param name="Perturbed">Mean cross-entropy of the chips.</param>
/// <param name="Lambda">Weight of the second part.</param>
public readonly record struct EopmLoss(float Clean, float Perturbed, float Lambda)
{
    /// <summary>The loss that is minimized.</summary>
    public float Total => Clean + (Lambda * Perturbed);
}
