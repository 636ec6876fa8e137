namespace RawFuse.Datasets.Signs;

/// <summary>
/// Signed distances (negative inside) of outlines and symbols in the sign's own plane: x to the right, y down, the sign about 1 in radius.
/// A distance is exact near straight edges and a lower bound near corners, which is enough to anti-alias by.
/// </summary>
internal static class SignGeometry
{
    private const float HalfRoot2 = 0.70710678f, HalfRoot3 = 0.86602540f;

    // Segments of a character, as on a seven-segment display, plus T's middle stroke (S is drawn as 5, O as 0):
    //   top = 1, upper right = 2, lower right = 4, bottom = 8, lower left = 16, upper left = 32, middle bar = 64, middle stroke = 128.
    private const byte Digit0 = 63, Digit3 = 79, Digit5 = 109, Digit8 = 127, LetterP = 115, LetterT = 129;

    private static ReadOnlySpan<byte> Characters30 => [Digit3, Digit0];
    private static ReadOnlySpan<byte> Characters50 => [Digit5, Digit0];
    private static ReadOnlySpan<byte> Characters80 => [Digit8, Digit0];
    private static ReadOnlySpan<byte> CharactersStop => [Digit5, LetterT, Digit0, LetterP];
    private static ReadOnlySpan<byte> CharactersP => [LetterP];

    public static float Outline(SignShape shape, float x, float y)
    {
        float ax = MathF.Abs(x), ay = MathF.Abs(y);
        return shape switch
        {
            SignShape.Circle => MathF.Sqrt(x * x + y * y) - 0.95f,
            SignShape.TriangleUp => Triangle(ax, y),
            SignShape.TriangleDown => Triangle(ax, -y),
            SignShape.Octagon => MathF.Max(MathF.Max(ax, ay), (ax + ay) * HalfRoot2) - 0.92f,
            SignShape.Diamond => (ax + ay) * HalfRoot2 - 0.74f,
            _ => MathF.Max(ax, ay) - 0.82f,
        };
    }

    /// <summary>The pole that carries the sign, from its middle down.</summary>
    public static float Pole(float x, float y) => Box(x, y - 3f, 0.09f, 3f);

    public static float Symbol(SignKind sign, float x, float y)
    {
        // A triangle offers less room, and offers it lower down.
        if (sign.Shape == SignShape.TriangleUp) return Symbol(sign.Symbol, x / 0.46f, (y - 0.12f) / 0.46f) * 0.46f;
        return Symbol(sign.Symbol, x / 0.62f, y / 0.62f) * 0.62f;
    }

    /// <summary>The symbol in a square of about -1..1.</summary>
    private static float Symbol(SignSymbol symbol, float x, float y) => symbol switch
    {
        SignSymbol.ArrowUp => Arrow(x, y),
        SignSymbol.ArrowLeft => Arrow(y, x),
        SignSymbol.ArrowRight => Arrow(y, -x),
        SignSymbol.Bar => Box(x, y, 1.05f, 0.26f),
        SignSymbol.Plus => MathF.Min(Box(x, y, 0.22f, 0.95f), Box(x, y, 0.95f, 0.22f)),
        SignSymbol.Exclamation => MathF.Min(Box(x, y + 0.3f, 0.22f, 0.65f), Box(x, y - 0.78f, 0.22f, 0.22f)),
        SignSymbol.Text30 => Text(Characters30, x, y, 0.42f, 0.13f),
        SignSymbol.Text50 => Text(Characters50, x, y, 0.42f, 0.13f),
        SignSymbol.Text80 => Text(Characters80, x, y, 0.42f, 0.13f),
        SignSymbol.TextStop => Text(CharactersStop, x, y, 0.18f, 0.09f),
        SignSymbol.TextP => Text(CharactersP, x, y, 0.55f, 0.18f),
        _ => float.PositiveInfinity,
    };

    /// <summary>An equilateral triangle that points up, its sides 0.6 from the origin; <paramref name="ax"/> is |x|.</summary>
    private static float Triangle(float ax, float y) => MathF.Max(y, ax * HalfRoot3 - y * 0.5f) - 0.6f;

    private static float Box(float x, float y, float halfWidth, float halfHeight) =>
        MathF.Max(MathF.Abs(x) - halfWidth, MathF.Abs(y) - halfHeight);

    /// <summary>An arrow that points up: a head from (0, -1) down to half-width 0.72 at y = 0, on a shaft.</summary>
    private static float Arrow(float x, float y)
    {
        // 0.8115, 0.5843: the unit normal of the head's edge, (1, 0.72) / |(1, 0.72)|.
        float head = MathF.Max(0.8115f * MathF.Abs(x) - 0.5843f * (y + 1f), y);
        return MathF.Min(head, Box(x, y - 0.45f, 0.22f, 0.5f));
    }

    /// <summary>Characters side by side, centred on the origin, their strokes' middle lines 2 * halfWidth wide and 1.5 high.</summary>
    private static float Text(ReadOnlySpan<byte> characters, float x, float y, float halfWidth, float stroke)
    {
        const float HalfHeight = 0.75f;
        float advance = 2f * halfWidth + 3.2f * stroke;
        float distance = float.PositiveInfinity;
        for (int i = 0; i < characters.Length; i++)
        {
            float cx = x - (i - (characters.Length - 1) * 0.5f) * advance;
            byte segments = characters[i];
            if ((segments & 1) != 0) Join(Box(cx, y + HalfHeight, halfWidth + stroke, stroke));
            if ((segments & 2) != 0) Join(Box(cx - halfWidth, y + HalfHeight / 2, stroke, HalfHeight / 2 + stroke));
            if ((segments & 4) != 0) Join(Box(cx - halfWidth, y - HalfHeight / 2, stroke, HalfHeight / 2 + stroke));
            if ((segments & 8) != 0) Join(Box(cx, y - HalfHeight, halfWidth + stroke, stroke));
            if ((segments & 16) != 0) Join(Box(cx + halfWidth, y - HalfHeight / 2, stroke, HalfHeight / 2 + stroke));
            if ((segments & 32) != 0) Join(Box(cx + halfWidth, y + HalfHeight / 2, stroke, HalfHeight / 2 + stroke));
            if ((segments & 64) != 0) Join(Box(cx, y, halfWidth + stroke, stroke));
            if ((segments & 128) != 0) Join(Box(cx, y, stroke, HalfHeight + stroke));
        }

        return distance;

        void Join(float other) => distance = MathF.Min(distance, other);
    }
}
