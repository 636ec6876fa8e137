using System.Text.Json;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>The members of an object in a plan's JSON.</summary>
/// <param name="value">The object.</param>
internal sealed class PlanObject(PlanValue value)
{
    private readonly List<string> known = [];

    /// <summary>The object itself.</summary>
    public PlanValue Value => value;

    /// <summary>A member that may be missing; null says as much as nothing.</summary>
    public PlanValue? Find(string key)
    {
        known.Add(key);
        return value.Element.TryGetProperty(key, out JsonElement member) && member.ValueKind != JsonValueKind.Null
            ? new PlanValue(value.File, $"{value.Path}.{key}", member)
            : null;
    }

    /// <summary>A member that must be there.</summary>
    public PlanValue Get(string key) => Find(key) ?? throw value.Error($"key '{key}' is missing");

    /// <summary>A member's value, or what holds where it is missing.</summary>
    public T Get<T>(string key, Func<PlanValue, T> read, T standard) => Find(key) is { } found ? read(found) : standard;

    /// <summary>Refuses members that nobody asked for: they would have no effect, which is not what their writer thinks.</summary>
    public void RefuseOthers()
    {
        foreach (JsonProperty member in value.Element.EnumerateObject())
            if (!known.Contains(member.Name)) throw value.Error($"key '{member.Name}' is unknown; expected {string.Join(", ", known)}");
    }
}
