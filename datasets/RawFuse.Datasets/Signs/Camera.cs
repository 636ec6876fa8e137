using System.Numerics;

namespace RawFuse.Datasets.Signs;

/// <summary>Light and lens: from colours in the scene to bytes.</summary>
internal static class Camera
{
    private const int Side = SyntheticSigns.Side;

    /// <summary>Lights, blurs and digitizes the scene, which is overwritten on the way.</summary>
    public static void Capture(Span<Vector3> scene, ref RandomStream random, Span<byte> pixels)
    {
        Light(scene, ref random);
        Span<Vector3> blurred = stackalloc Vector3[scene.Length];
        Blur(scene, blurred, ref random);
        Digitize(blurred, ref random, pixels);
    }

    /// <summary>Exposure, a colour cast, a slope of brightness across the picture, and haze that lowers contrast.</summary>
    private static void Light(Span<Vector3> scene, ref RandomStream random)
    {
        float gain = random.Range(0.45f, 1.15f);
        Vector3 cast = new(random.Range(0.85f, 1.15f), random.Range(0.9f, 1.1f), random.Range(0.85f, 1.15f));
        float slopeX = random.Range(-0.35f, 0.35f) / Side, slopeY = random.Range(-0.35f, 0.35f) / Side;
        float haze = random.Range(0f, 0.25f);
        Vector3 hazeColour = new(random.Range(0.3f, 0.8f));
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                float local = gain * (1f + slopeX * (x - Side / 2) + slopeY * (y - Side / 2));
                ref Vector3 pixel = ref scene[y * Side + x];
                pixel = (pixel + (hazeColour - pixel) * haze) * cast * local;
            }
        }
    }

    /// <summary>The mean over a straight path of the shutter's time: movement along it, a little defocus when it is short.</summary>
    private static void Blur(ReadOnlySpan<Vector3> scene, Span<Vector3> blurred, ref RandomStream random)
    {
        const int Taps = 5;
        float moveX = random.Range(-1.75f, 1.75f), moveY = random.Range(-1.75f, 1.75f);
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                Vector3 sum = default;
                for (int tap = 0; tap < Taps; tap++)
                {
                    float time = tap / (Taps - 1f) - 0.5f;
                    sum += Sample(scene, x + moveX * time, y + moveY * time);
                }

                blurred[y * Side + x] = sum / Taps;
            }
        }
    }

    /// <summary>Bilinear, the edge pixels repeated outside.</summary>
    private static Vector3 Sample(ReadOnlySpan<Vector3> scene, float x, float y)
    {
        x = Math.Clamp(x, 0f, Side - 1);
        y = Math.Clamp(y, 0f, Side - 1);
        int left = Math.Min((int)x, Side - 2), upper = Math.Min((int)y, Side - 2);
        int at = upper * Side + left;
        Vector3 above = scene[at] + (scene[at + 1] - scene[at]) * (x - left);
        Vector3 below = scene[at + Side] + (scene[at + Side + 1] - scene[at + Side]) * (x - left);
        return above + (below - above) * (y - upper);
    }

    /// <summary>Adds the sensor's noise and rounds to bytes.</summary>
    private static void Digitize(ReadOnlySpan<Vector3> picture, ref RandomStream random, Span<byte> pixels)
    {
        float noise = random.Range(0.5f, 7f);
        for (int i = 0; i < picture.Length; i++)
        {
            Vector3 value = picture[i] * 255f;
            for (int channel = 0; channel < ImageSet.Channels; channel++)
                pixels[i * ImageSet.Channels + channel] = (byte)(Math.Clamp(value[channel] + noise * Normal(ref random), 0f, 255f) + 0.5f);
        }
    }

    /// <summary>Nearly normal, mean 0 and variance 1: the sum of the four 16-bit parts of one draw, each uniform with variance 2^32 / 12.</summary>
    private static float Normal(ref RandomStream random)
    {
        ulong draw = random.NextUInt64();
        int sum = (int)(draw & 0xFFFF) + (int)(draw >> 16 & 0xFFFF) + (int)(draw >> 32 & 0xFFFF) + (int)(draw >> 48);
        return (sum - 2 * 65535) * (1.7320508f / 65536f);
    }
}
