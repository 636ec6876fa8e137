using CsCheck;

namespace RawFuse.Tests.Properties;

/// <summary>The two orders of a weight tensor.</summary>
public sealed class LayoutProperties
{
    private static readonly Gen<Shape> Shapes =
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 5], Gen.Int[1, 20], Gen.Int[1, 20]).Select((h, w, i, o) => new Shape(h, w, i, o));

    [Fact]
    public void ThereAndBackIsTheSame() => Shapes.Holds(shape =>
    {
        int[] values = [.. Enumerable.Range(0, shape.Length)], memory = new int[shape.Length], file = new int[shape.Length];
        WeightLayout.OihwToHwio<int>(values, memory, shape);
        WeightLayout.HwioToOihw<int>(memory, file, shape);
        Assert.Equal(values, file);
        Assert.Equal(values, memory.Order());
    });

    [Fact]
    public void EveryWeightGoesToItsPlace() => Gen.Select(Shapes, Gen.Int[0, int.MaxValue]).Holds(one =>
    {
        (Shape s, int any) = one;
        int[] memory = new int[s.Length];
        WeightLayout.OihwToHwio<int>([.. Enumerable.Range(0, s.Length)], memory, s);
        int o = any % s[3], i = any / 7 % s[2], w = any / 31 % s[1], h = any / 127 % s[0];
        Assert.Equal((((((o * s[2]) + i) * s[0]) + h) * s[1]) + w, memory[(((((h * s[1]) + w) * s[2]) + i) * s[3]) + o]);
    });
}
