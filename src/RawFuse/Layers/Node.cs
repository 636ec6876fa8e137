namespace RawFuse;

/// <summary>A value in a network: the images between two layers.</summary>
/// <param name="Id">Number of the value; 0 is the network's input.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Channels">Channels.</param>
public readonly record struct Node(int Id, int Height, int Width, int Channels)
{
    /// <summary>Numbers per image.</summary>
    public int Length => Height * Width * Channels;

    /// <inheritdoc/>
    public override string ToString() => $"{Height}x{Width}x{Channels}";
}
