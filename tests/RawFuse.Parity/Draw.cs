namespace RawFuse.Parity;

/// <summary>Where random cases come from: sizes, coins and tensors. Equal seeds give equal cases, on every platform.</summary>
internal sealed class Draw(int seed)
{
    private readonly Random random = new(seed);

    /// <summary>A whole number in first..last.</summary>
    public int From(int first, int last) => random.Next(first, last + 1);

    public bool Coin() => random.Next(2) == 0;

    public T Pick<T>(params ReadOnlySpan<T> choices) => choices[random.Next(choices.Length)];

    /// <summary>1..70 channels, more often around the widths of vectors than elsewhere.</summary>
    public int Channels() => Coin() ? From(1, 70) : Pick(1, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65);

    /// <summary>A shape of 1 to 4 dimensions.</summary>
    public int[] Sizes() => [.. Enumerable.Range(0, From(1, 4)).Select(_ => From(1, 9))];

    public float Real(double low, double high) => (float)(low + (random.NextDouble() * (high - low)));

    /// <summary>Numbers in [-magnitude, magnitude).</summary>
    public float[] Reals(int count, double magnitude = 1) => [.. Enumerable.Range(0, count).Select(_ => Real(-magnitude, magnitude))];

    /// <summary>Quarters in -2..2: equal numbers, exact zeros and ones are frequent, and sums of products of two such numbers are exact in float32.</summary>
    public float[] Quarters(int count) => [.. Enumerable.Range(0, count).Select(_ => From(-8, 8) * 0.25f)];

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>An argument of real numbers in [-1, 1).</summary>
    public Argument Real(string name, params int[] sizes) => Of(name, sizes, length => Reals(length));

    /// <summary>An argument of quarters, where ties occur.</summary>
    public Argument Tied(string name, params int[] sizes) => Of(name, sizes, Quarters);

    /// <summary>An argument of one of the two kinds.</summary>
    public Argument Either(string name, params int[] sizes) => Coin() ? Real(name, sizes) : Tied(name, sizes);

    /// <summary>An argument of numbers in [low, high).</summary>
    public Argument Between(string name, double low, double high, params int[] sizes) =>
        Of(name, sizes, length => [.. Enumerable.Range(0, length).Select(_ => Real(low, high))]);

    private static Argument Of(string name, int[] sizes, Func<int, float[]> values)
    {
        var shape = new Shape(sizes);
        return new Argument(name, shape, values(shape.Length));
    }
}
