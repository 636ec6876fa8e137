using System.Text.Json;
using System.Text.Json.Serialization;

namespace RawFuse.GpuBench;

/// <summary>What came of a case; a line of JSON. bench/gpu_torch.py writes the same.</summary>
/// <param name="Case">Its name.</param>
/// <param name="Error">What went wrong; null for nothing.</param>
/// <param name="MedianMs">Milliseconds a call takes, of several samples.</param>
/// <param name="FastestMs">The fastest sample.</param>
/// <param name="Flops">Floating-point operations of a call.</param>
/// <param name="Bytes">Bytes a call reads and writes.</param>
/// <param name="Note">What else there is to say.</param>
internal sealed record CaseResult(
    string Case, string? Error = null, double? MedianMs = null, double? FastestMs = null, long? Flops = null, long? Bytes = null, string? Note = null)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Floating-point operations in a second.</summary>
    public double? FlopRate() => 1e3 * Flops / MedianMs;

    /// <summary>Bytes in a second.</summary>
    public double? ByteRate() => 1e3 * Bytes / MedianMs;

    /// <summary>A line of JSON.</summary>
    public string ToLine() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads a line.</summary>
    /// <exception cref="JsonException">It is no result.</exception>
    public static CaseResult FromLine(string line) => JsonSerializer.Deserialize<CaseResult>(line, Json) ?? throw new JsonException("A result is an object.");
}
