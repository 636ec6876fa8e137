namespace RawFuse.Bench.Ratios;

/// <summary>The two sides compute different numbers, so that their times cannot be compared.</summary>
internal sealed class DisagreementException(string message) : Exception(message);
