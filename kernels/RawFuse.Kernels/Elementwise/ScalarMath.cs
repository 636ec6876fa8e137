using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// exp, log and tanh in plain arithmetic, the same on the CPU and inside GPU kernels, where ILGPU would otherwise put
/// the hardware's approximations. Errors stay within a few units in the last place of float32.
/// </summary>
internal static class ScalarMath
{
    // Minimax polynomial of (tanh x - x) / x^3 in x^2 on |x| < 0.625 (Cephes mathematical library, tanhf).
    public const float TanhC1 = -3.33332819422e-1f;
    public const float TanhC2 = 1.33314422036e-1f;
    public const float TanhC3 = -5.37397155531e-2f;
    public const float TanhC4 = 2.06390887954e-2f;
    public const float TanhC5 = -5.70498872745e-3f;
    public const float TanhCrossover = 0.625f;

    /// <summary>From here on float32 tanh is 1.</summary>
    public const float TanhSaturation = 9.02f;

    private const float Log2E = 1.44269504088896341f;
    private const float LnTwoHigh = 0.693359375f;
    private const float LnTwoLow = -2.12194440e-4f;

    /// <summary>e^x for x in [-87, 88]; values beyond are limited to that range.</summary>
    public static float Exp(float x)
    {
        if (!(x > -87f)) return float.IsNaN(x) ? x : 1.6458115e-38f;
        if (x > 88f) x = 88f;
        float n = MathF.Floor((x * Log2E) + 0.5f);
        float r = x - (n * LnTwoHigh) - (n * LnTwoLow);

        // Cephes expf: e^r = 1 + r + r^2 p(r), |r| <= ln 2 / 2.
        float p = 1.9875691500e-4f;
        p = (p * r) + 1.3981999507e-3f;
        p = (p * r) + 8.3334519073e-3f;
        p = (p * r) + 4.1665795894e-2f;
        p = (p * r) + 1.6666665459e-1f;
        p = (p * r) + 5.0000001201e-1f;
        float value = (p * r * r) + r + 1f;
        return value * Interop.IntAsFloat((uint)((int)n + 127) << 23);
    }

    /// <summary>Natural logarithm of a positive, normal x.</summary>
    public static float Log(float x)
    {
        uint bits = Interop.FloatAsInt(x);
        int exponent = (int)(bits >> 23) - 126;
        float m = Interop.IntAsFloat((bits & 0x007FFFFFu) | 0x3F000000u);
        if (m < 0.707106781186547524f)
        {
            exponent--;
            m += m;
        }

        m -= 1f;
        float square = m * m;

        // Cephes logf: ln(1 + m) = m - m^2/2 + m^3 p(m).
        float p = 7.0376836292e-2f;
        p = (p * m) - 1.1514610310e-1f;
        p = (p * m) + 1.1676998740e-1f;
        p = (p * m) - 1.2420140846e-1f;
        p = (p * m) + 1.4249322787e-1f;
        p = (p * m) - 1.6668057665e-1f;
        p = (p * m) + 2.0000714765e-1f;
        p = (p * m) - 2.4999993993e-1f;
        p = (p * m) + 3.3333331174e-1f;
        float value = p * m * square;
        float e = exponent;
        value += LnTwoLow * e;
        value -= 0.5f * square;
        return m + value + (LnTwoHigh * e);
    }

    /// <summary>Hyperbolic tangent.</summary>
    public static float Tanh(float x)
    {
        float magnitude = x < 0 ? -x : x;
        if (magnitude < TanhCrossover)
        {
            float square = x * x;
            float p = TanhC5;
            p = (p * square) + TanhC4;
            p = (p * square) + TanhC3;
            p = (p * square) + TanhC2;
            p = (p * square) + TanhC1;
            return (p * square * x) + x;
        }

        if (float.IsNaN(x)) return x;
        if (magnitude > TanhSaturation) return x < 0 ? -1f : 1f;
        float large = 1f - (2f / (Exp(magnitude + magnitude) + 1f));
        return x < 0 ? -large : large;
    }
}
