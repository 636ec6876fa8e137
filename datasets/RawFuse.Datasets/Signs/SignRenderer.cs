using System.Numerics;

namespace RawFuse.Datasets.Signs;

/// <summary>Draws one picture: a scene, a sign in it at a random pose, things in front of it, and the camera's flaws.</summary>
internal static class SignRenderer
{
    /// <summary>Fills [Side, Side, 3] bytes with a picture of the sign.</summary>
    public static void Render(SignKind sign, ref RandomStream random, Span<byte> pixels)
    {
        Span<Vector3> scene = stackalloc Vector3[SyntheticSigns.Side * SyntheticSigns.Side];
        Scene.PaintBackground(scene, ref random);
        PaintSign(scene, sign, new Pose(ref random), ref random);
        Scene.PaintOcclusion(scene, ref random);
        Camera.Capture(scene, ref random, pixels);
    }

    private static void PaintSign(Span<Vector3> scene, SignKind sign, in Pose pose, ref RandomStream random)
    {
        Vector3 rim = Aged(sign.Rim, ref random), face = Aged(sign.Face, ref random), ink = Aged(sign.Ink, ref random);
        Vector3 pole = new(random.Range(0.2f, 0.8f));
        for (int y = 0; y < SyntheticSigns.Side; y++)
        {
            for (int x = 0; x < SyntheticSigns.Side; x++)
            {
                (float sx, float sy) = pose.ToSign(x + 0.5f, y + 0.5f);
                ref Vector3 pixel = ref scene[y * SyntheticSigns.Side + x];
                pixel += (pole - pixel) * pose.Coverage(SignGeometry.Pole(sx, sy));

                float outline = SignGeometry.Outline(sign.Shape, sx, sy);
                float painted = pose.Coverage(outline);
                if (painted == 0f) continue;

                float inside = pose.Coverage(outline + sign.RimWidth);
                Vector3 colour = rim + (face - rim) * inside;
                if (inside > 0f) colour += (ink - colour) * (inside * pose.Coverage(SignGeometry.Symbol(sign, sx, sy)));
                pixel += (colour - pixel) * painted;
            }
        }
    }

    /// <summary>Paint as it is after some years: a little faded towards grey and off its hue.</summary>
    private static Vector3 Aged(Vector3 paint, ref RandomStream random)
    {
        float fading = random.Range(0f, 0.3f);
        Vector3 hue = new(random.Range(-0.05f, 0.05f), random.Range(-0.05f, 0.05f), random.Range(-0.05f, 0.05f));
        return paint + (new Vector3(0.5f) - paint) * fading + hue;
    }
}
