namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>Numbers known at a point, of the paper or of ours.</summary>
/// <param name="Point">Where.</param>
/// <param name="Numbers">What is known there.</param>
internal sealed record TableEntry(TablePoint Point, IReadOnlyDictionary<Quantity, TableNumber> Numbers)
{
    /// <summary>A number at a point, or null. Those of a base model alone do not depend on the generator, so any entry of that base model has them.</summary>
    public static TableNumber? Find(IEnumerable<TableEntry> entries, TablePoint point, Quantity quantity)
    {
        foreach (TableEntry entry in entries)
            if (entry.Holds(point, quantity) && entry.Numbers.TryGetValue(quantity, out TableNumber number)) return number;
        return null;
    }

    private bool Holds(TablePoint point, Quantity quantity) => quantity switch
    {
        Quantity.Clean => (Point.Target, Point.Bits) == (point.Target, point.Bits),
        Quantity.Perturbed => (Point.Target, Point.Bits, Point.Ber) == (point.Target, point.Bits, point.Ber),
        _ => Point == point,
    };
}
