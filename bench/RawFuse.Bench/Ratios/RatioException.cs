namespace RawFuse.Bench.Ratios;

/// <summary>A case's times would say nothing: the two sides compute different numbers, or one could not be measured.</summary>
internal sealed class RatioException(string message) : Exception(message);
