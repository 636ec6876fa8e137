using System.Numerics;

namespace RawFuse.Datasets.Signs;

/// <summary>
/// The classes of <see cref="SyntheticSigns"/>. Several share outline and colours and differ in the symbol alone, so colour does not tell them apart.
/// </summary>
internal static class SignCatalog
{
    private static readonly Vector3 Red = new(0.72f, 0.07f, 0.09f), Blue = new(0.06f, 0.24f, 0.62f), Yellow = new(0.95f, 0.72f, 0.08f);
    private static readonly Vector3 White = new(0.92f, 0.92f, 0.90f), Black = new(0.07f, 0.07f, 0.08f);

    public static readonly SignKind[] Signs =
    [
        new("speed limit 30", SignShape.Circle, 0.20f, Red, White, SignSymbol.Text30, Black),
        new("speed limit 50", SignShape.Circle, 0.20f, Red, White, SignSymbol.Text50, Black),
        new("speed limit 80", SignShape.Circle, 0.20f, Red, White, SignSymbol.Text80, Black),
        new("no entry", SignShape.Circle, 0.06f, White, Red, SignSymbol.Bar, White),
        new("danger", SignShape.TriangleUp, 0.16f, Red, White, SignSymbol.Exclamation, Black),
        new("bend to the left", SignShape.TriangleUp, 0.16f, Red, White, SignSymbol.ArrowLeft, Black),
        new("bend to the right", SignShape.TriangleUp, 0.16f, Red, White, SignSymbol.ArrowRight, Black),
        new("crossroads", SignShape.TriangleUp, 0.16f, Red, White, SignSymbol.Plus, Black),
        new("yield", SignShape.TriangleDown, 0.20f, Red, White, SignSymbol.None, Black),
        new("stop", SignShape.Octagon, 0.07f, White, Red, SignSymbol.TextStop, White),
        new("priority road", SignShape.Diamond, 0.18f, White, Yellow, SignSymbol.None, Black),
        new("turn left", SignShape.Circle, 0.06f, White, Blue, SignSymbol.ArrowLeft, White),
        new("turn right", SignShape.Circle, 0.06f, White, Blue, SignSymbol.ArrowRight, White),
        new("straight on", SignShape.Circle, 0.06f, White, Blue, SignSymbol.ArrowUp, White),
        new("one way", SignShape.Square, 0.06f, White, Blue, SignSymbol.ArrowUp, White),
        new("parking", SignShape.Square, 0.06f, White, Blue, SignSymbol.TextP, White),
    ];
}
