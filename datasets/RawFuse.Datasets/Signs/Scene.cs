using System.Numerics;

namespace RawFuse.Datasets.Signs;

/// <summary>
/// What is behind and in front of a sign. Clutter takes any colour, those of signs included, so the colours in a picture do not name the sign.
/// </summary>
internal static class Scene
{
    private const int Side = SyntheticSigns.Side;

    /// <summary>A fading sky over the ground, clutter, and a coarse and a fine texture over all.</summary>
    public static void PaintBackground(Span<Vector3> scene, ref RandomStream random)
    {
        Vector3 top = Colour(ref random, 0.4f), horizon = Colour(ref random, 0.4f), ground = Colour(ref random, 0.4f);
        float horizonY = random.Range(0.3f, 1.1f) * Side;
        for (int y = 0; y < Side; y++)
            scene.Slice(y * Side, Side).Fill(y < horizonY ? top + (horizon - top) * (y / horizonY) : ground);

        for (int i = 4 + random.Next(7); i > 0; i--) PaintClutter(scene, ref random, smallest: 2f, largest: 10f);
        PaintTexture(scene, ref random, cells: 4, strongest: 0.25f);
        PaintTexture(scene, ref random, cells: 16, strongest: 0.20f);
    }

    /// <summary>Twigs, stickers and dirt, over the sign too.</summary>
    public static void PaintOcclusion(Span<Vector3> scene, ref RandomStream random)
    {
        for (int i = random.Next(3); i > 0; i--) PaintClutter(scene, ref random, smallest: 1f, largest: 3.5f);
    }

    /// <summary>A turned box or an ellipse with half axes between the two sizes, in pixels.</summary>
    private static void PaintClutter(Span<Vector3> scene, ref RandomStream random, float smallest, float largest)
    {
        float centreX = random.Range(0f, Side), centreY = random.Range(0f, Side);
        float saturation = random.Chance(0.3f) ? 1f : 0.4f;
        Vector3 colour = Colour(ref random, saturation);
        bool round = random.Chance(0.5f);
        float halfWidth = random.Range(smallest, largest), halfHeight = random.Range(smallest, largest);
        (float cos, float sin) = random.Rotation(1f);
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                float dx = x + 0.5f - centreX, dy = y + 0.5f - centreY;
                float u = MathF.Abs(dx * cos + dy * sin) / halfWidth, v = MathF.Abs(dy * cos - dx * sin) / halfHeight;
                float distance = ((round ? MathF.Sqrt(u * u + v * v) : MathF.Max(u, v)) - 1f) * MathF.Min(halfWidth, halfHeight);
                ref Vector3 pixel = ref scene[y * Side + x];
                pixel += (colour - pixel) * Math.Clamp(0.5f - distance, 0f, 1f);
            }
        }
    }

    /// <summary>Value noise: random brightness on a lattice of cells x cells, bilinear in between.</summary>
    private static void PaintTexture(Span<Vector3> scene, ref RandomStream random, int cells, float strongest)
    {
        float strength = random.Range(0f, strongest);
        int nodes = cells + 1;
        Span<float> lattice = stackalloc float[nodes * nodes];
        foreach (ref float node in lattice) node = random.Range(-strength, strength);
        float step = (float)cells / Side;
        for (int y = 0; y < Side; y++)
        {
            int row = (int)(y * step);
            float down = y * step - row;
            for (int x = 0; x < Side; x++)
            {
                int column = (int)(x * step), node = row * nodes + column;
                float right = x * step - column;
                float upper = lattice[node] + (lattice[node + 1] - lattice[node]) * right;
                float lower = lattice[node + nodes] + (lattice[node + nodes + 1] - lattice[node + nodes]) * right;
                scene[y * Side + x] += new Vector3(upper + (lower - upper) * down);
            }
        }
    }

    /// <summary>A random colour, from grey up to the given saturation.</summary>
    private static Vector3 Colour(ref RandomStream random, float saturation)
    {
        Vector3 grey = new(random.NextSingle());
        Vector3 vivid = new(random.NextSingle(), random.NextSingle(), random.NextSingle());
        return grey + (vivid - grey) * (saturation * random.NextSingle());
    }
}
