using RawFuse.Kernels;

namespace RawFuse.KernelCases;

/// <summary>Drawn cells by their definition, a quad at a time: what the vectors of CPUs and the groups of GPUs are compared with.</summary>
internal static class DrawnDefinition
{
    /// <summary>What a quad of a tensor, the 4 bytes 4 * <paramref name="quad"/> and on, loses and then toggles.</summary>
    public static (uint Loss, uint Toggle) Quad(DrawnCells cells, int quad)
    {
        var keys = new PhiloxKey(cells.Seed);
        long group = cells.GroupOf(quad / 4);
        ulong number = ((ulong)group * 4) + (ulong)(quad % 4);
        Bits128<ScalarLane> heads = cells.Quads.Heads(new ScalarLane(number / 16), keys);
        byte head = (byte)(Word(heads, (int)(number % 16) / 8) >> (int)(8 * (number % 8)));
        uint inSets = (uint)(Word(cells.InSets(group, keys), quad % 4 / 2) >> (32 * (quad % 2)));
        ScalarLane struck = cells.Quads.At(new ScalarLane(number), new ScalarLane(head), keys, out ScalarLane directions);
        ScalarLane loss = cells.LossOf(struck | new ScalarLane(inSets), directions, out ScalarLane toggle);
        return ((uint)loss.Value, (uint)toggle.Value);
    }

    private static ulong Word(Bits128<ScalarLane> bits, int word) => word == 0 ? bits.Low.Value : bits.High.Value;
}
