namespace RawFuse;

/// <summary>The numbers that an activation's bytes shall tell apart; what lies beyond is taken for the limit.</summary>
/// <param name="Largest">The largest magnitude, 0 or more.</param>
/// <param name="IsSigned">Whether there are negative numbers: then bytes go from -127 to 127, else from 0 to 255.</param>
public readonly record struct ActivationRange(float Largest, bool IsSigned)
{
    /// <summary>Ranges below are as good as zero: their steps would lose digits, and divided by them factors would overflow.</summary>
    private const float Smallest = 1e-30f;

    /// <summary>What a byte is multiplied by; 1 where all numbers are 0.</summary>
    public float Step => Largest > Smallest ? Largest / (IsSigned ? 127 : 255) : 1;
}
