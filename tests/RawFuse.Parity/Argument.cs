namespace RawFuse.Parity;

/// <summary>A tensor handed to both sides, in our layouts (NHWC, HWIO).</summary>
/// <param name="Name">What a failure calls it.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Values">Its values.</param>
/// <param name="Role">What is compared of it.</param>
internal sealed record Argument(string Name, Shape Shape, float[] Values, ArgumentRole Role = ArgumentRole.Differentiated)
{
    /// <summary>The same, without a gradient.</summary>
    public Argument Constant => this with { Role = ArgumentRole.Constant };

    /// <summary>The same, changed by the operation.</summary>
    public Argument Updated => this with { Role = ArgumentRole.Updated };
}

/// <summary>What is compared of an argument.</summary>
internal enum ArgumentRole
{
    /// <summary>Its gradient.</summary>
    Differentiated,

    /// <summary>Nothing.</summary>
    Constant,

    /// <summary>Its values after the operation.</summary>
    Updated,
}
