namespace RawFuse;

/// <summary>Tensors whose shapes do not go together; the message names the operation, the parameter and the shapes.</summary>
public sealed class ShapeException(string message) : ArgumentException(message);
