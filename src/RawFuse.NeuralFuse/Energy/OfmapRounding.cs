namespace RawFuse.NeuralFuse.Energy;

/// <summary>How a layer's output size is rounded when the stride does not divide it.</summary>
public enum OfmapRounding
{
    /// <summary>ceil((H - R + S) / S), as SCALE-SIM v2 and therefore the paper count: a 34-row ifmap, 3-row filter and stride 2 give 17 rows.</summary>
    Ceiling,

    /// <summary>floor((H - R + S) / S), the size a framework really computes: 16 rows for the same layer.</summary>
    Floor,
}
