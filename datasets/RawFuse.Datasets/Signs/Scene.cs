using System.Numerics;

namespace RawFuse.Datasets.Signs;

/// <summary>What is behind and in front of a sign. Clutter takes any colour, those of signs included, so the colours in a picture do not name the sign.</summary>
internal static class Scene
{
    private const int Side = SyntheticSigns.Side;

    /// <summary>Sky over ground, clutter, and a texture over all.</summary>
    public static void PaintBackground(Span<Vector3> scene, ref RandomStream random)
    {
        Vector3 top = AnyColour(ref random), horizon = AnyColour(ref random), ground = AnyColour(ref random);
        float horizonY = random.Range(0.3f, 1.1f) * Side;
        for (int y = 0; y < Side; y++)
            scene.Slice(y * Side, Side).Fill(y < horizonY ? top + (horizon - top) * (y / horizonY) : ground);

        for (int i = 4 + random.Next(7); i > 0; i--) PaintClutter(scene, ref random, random.Range(0f, Side), random.Range(0f, Side), 2f, 10f);
        PaintTexture(scene, ref random, cells: 4, random.Range(0f, 0.25f));
        PaintTexture(scene, ref random, cells: 16, random.Range(0f, 0.20f));
    }

    /// <summary>Twigs, stickers and dirt, over the sign too.</summary>
    public static void PaintOcclusion(Span<Vector3> scene, ref RandomStream random)
    {
        for (int i = random.Next(4); i > 0; i--) PaintClutter(scene, ref random, random.Range(0f, Side), random.Range(0f, Side), 1f, 3.5f);
    }

    /// <summary>A turned box or an ellipse with half axes between the two sizes, in pixels.</summary>
    private static void PaintClutter(Span<Vector3> scene, ref RandomStream random, float centreX, float centreY, float smallest, float largest)
    {
        Vector3 colour = AnyColour(ref random);
        bool round = random.Chance(0.5f);
        float halfWidth = random.Range(smallest, largest), halfHeight = random.Range(smallest, largest);
        float tangent = random.Range(-1f, 1f), norm = 1f + tangent * tangent;
        float cos = (1f - tangent * tangent) / norm, sin = 2f * tangent / norm;
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
    private static void PaintTexture(Span<Vector3> scene, ref RandomStream random, int cells, float strength)
    {
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

    private static Vector3 AnyColour(ref RandomStream random)
    {
        Vector3 colour = new(random.NextSingle(), random.NextSingle(), random.NextSingle());
        Vector3 grey = new(random.NextSingle());
        return grey + (colour - grey) * random.NextSingle();
    }
}
