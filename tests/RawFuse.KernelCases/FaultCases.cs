using RawFuse.Kernels;
using static RawFuse.KernelCases.TestData;

namespace RawFuse.KernelCases;

/// <summary>
/// Weights read back from faulty memory, masks that say the same in the engine's order, and moves from one mask to another. Cells are drawn or read from a map, a weight
/// takes all of a byte or three cells. What drawn cells do is said by their definition.
/// </summary>
internal static class FaultCases
{
    private const int MapGroups = 5, GroupBytes = 16, FirstGroup = 3, FewBits = 3;

    public static readonly KernelCase[] All =
    [
        .. from rate in (double[])[0, 0.01, 0.37, 1]
           from model in Enum.GetValues<FaultModel>()
           from few in (bool[])[false, true]
           from @case in Both($"{model} cells at {rate}{(few ? $", {FewBits} bits" : "")}", run => Drawn(run, rate, model, few))
           select @case,
        .. from map in (MapForm[])[new(8), new(8, Repeat: 16), new(FewBits), new(FewBits, RowBytes: 8), new(FewBits, RowBytes: 8, Repeat: 3)]
           from @case in Both($"cells of a map, {map.Bits} bits, rows of {map.RowBytes} bytes, each {map.Repeat} times", run => Mapped(run, map))
           select @case,
        ApplyMask(),
        UpdateMask(),
    ];

    /// <summary>What a memory makes of the byte that is weight i of a tensor.</summary>
    private delegate byte ReadBack(int i, byte stored);

    private static IEnumerable<KernelCase> Both(string name, Func<KernelRun, (FaultCells Cells, ReadBack ReadBack)> memory) => [Inject(name, memory), DrawMask(name, memory)];

    private static KernelCase Inject(string name, Func<KernelRun, (FaultCells Cells, ReadBack ReadBack)> memory) => new($"inject {name}", run =>
    {
        foreach (int count in (int[])(run.Toy ? [0, 15, 17, 200] : [0, 1, 15, 16, 17, 1000, 4097, 50_001]))
        {
            (FaultCells cells, ReadBack readBack) = memory(run);
            sbyte[] clean = Signed(run.Random.Bytes(count));
            Storage<sbyte> bytes = run.InOut(clean);
            run.Launch<InjectFaults, InjectFaultsArgs>(new(bytes, count, cells));
            run.Expect(bytes, Tolerance.Exact, () => Each(count, i => (sbyte)readBack(i, (byte)clean[i])));
        }
    });

    private static KernelCase DrawMask(string name, Func<KernelRun, (FaultCells Cells, ReadBack ReadBack)> memory) => new($"mask of {name}", run =>
    {
        foreach ((int outs, int ins, int taps) in ((int, int, int)[])(run.Toy ? [(1, 1, 1), (5, 3, 9)] : [(1, 1, 1), (3, 5, 9), (17, 4, 25), (70, 115, 9)]))
        {
            (FaultCells cells, ReadBack readBack) = memory(run);
            int count = outs * ins * taps;
            sbyte[] clean = Signed(run.Random.Bytes(count));
            byte[] before = run.Random.Bytes(2 * count);
            foreach (bool onTop in (bool[])[false, true])
            {
                Storage<byte> mask = run.InOut(before);
                run.Launch<DrawFaultMask, DrawFaultMaskArgs>(new(run.Input(clean), outs, ins, taps, cells, mask, MaskOffset: count, onTop));
                run.Expect(mask, Tolerance.Exact, () => Each(2 * count, k =>
                {
                    if (k < count) return before[k];

                    // The engine's order is [taps, in, out], that of the addresses [out, in, taps].
                    int weight = k - count, tap = weight / outs / ins, i = weight / outs % ins, o = weight % outs;
                    byte sound = (byte)clean[weight], stored = onTop ? (byte)(sound ^ before[k]) : sound;
                    return (byte)(sound ^ readBack((((o * ins) + i) * taps) + tap, stored));
                }));
            }
        }
    });

    private static KernelCase ApplyMask() => new("apply a mask", run =>
    {
        foreach (int count in Lengths(run))
        {
            byte[] clean = run.Random.Bytes(count), mask = run.Random.Bytes(count + 3);
            Storage<sbyte> bytes = run.InOut(Signed(clean));
            run.Launch<ApplyFaultMask, ApplyFaultMaskArgs>(new(bytes, count, run.Input(mask), MaskOffset: 3));
            run.Expect(bytes, Tolerance.Exact, () => Each(count, i => (sbyte)(clean[i] ^ mask[i + 3])));
        }
    });

    private static KernelCase UpdateMask() => new("update a mask", run =>
    {
        foreach (int count in Lengths(run))
        {
            byte[] before = run.Random.Bytes(count + 3), next = [.. before[3..].Select(value => run.Random.Next(4) == 0 ? (byte)run.Random.Next(256) : value)];
            Storage<byte> mask = run.InOut(before);
            Storage<int> touched = run.InOut([100]);
            run.Launch<UpdateFaultMask, UpdateFaultMaskArgs>(new(run.Input(next), count, mask, MaskOffset: 3, touched));
            run.Expect(mask, Tolerance.Exact, () => Each(count + 3, i => i < 3 ? before[i] : next[i - 3]));
            run.Expect(touched, Tolerance.Exact, () => [100 + Enumerable.Range(0, count).Count(i => next[i] != before[i + 3])]);
        }
    });

    private static (FaultCells Cells, ReadBack ReadBack) Drawn(KernelRun run, double rate, FaultModel model, bool few)
    {
        // The group's number passes the end of an int.
        FaultCells cells = FaultCells.Drawn((ulong)run.Random.NextInt64(), rate, model, firstGroup: uint.MaxValue - 3L);
        int bits = few ? FewBits : 8;
        if (few) cells = cells.Of(bits, isSigned: true);
        var drawn = new DrawnCells(cells);
        int known = -1;
        uint loss = 0, toggle = 0;
        return (cells, (i, stored) =>
        {
            int read = 0;
            for (int bit = 0; bit < bits; bit++)
            {
                // Weights come in order, for the most part.
                (int quad, int cell) = Math.DivRem((i * bits) + bit, 32);
                if (quad != known) (loss, toggle) = DrawnDefinition.Quad(drawn, known = quad);
                bool value = ((stored >> bit) & ~(loss >> cell) & 1) != ((toggle >> cell) & 1);
                if (value) read |= 1 << bit;
            }

            // The highest bit is the sign.
            return (byte)((read << (32 - bits)) >> (32 - bits));
        });
    }

    private static (FaultCells Cells, ReadBack ReadBack) Mapped(KernelRun run, MapForm form)
    {
        byte[] keep = run.Random.Bytes(MapGroups * GroupBytes), toggle = run.Random.Bytes(keep.Length);
        Storage<byte> keepMap = run.WholeInput(keep), toggleMap = run.WholeInput(toggle);
        FaultCells bytes = form.HasRows
            ? FaultCells.MappedRows(keepMap, toggleMap, form.RowBytes, form.Repeat).At(FirstGroup)
            : FaultCells.Mapped(keepMap, toggleMap, form.Repeat, FirstGroup);
        return (form.Bits == 8 ? bytes : bytes.Of(form.Bits), (i, stored) =>
        {
            byte read = stored;
            for (int bit = 0; bit < form.Bits; bit++)
            {
                (int cell, int one) = (form.CellOf(i, bit), 1 << bit);
                bool keeps = IsSet(keep, cell), value = ((stored & one) != 0 && keeps) != IsSet(toggle, cell);
                read = (byte)(value ? read | one : read & ~one);
            }

            return read;
        });

        static bool IsSet(byte[] map, int cell) => (map[cell / 8] >> (cell % 8) & 1) != 0;
    }

    private static sbyte[] Signed(byte[] bytes) => Array.ConvertAll(bytes, value => (sbyte)value);

    /// <summary>How weights lie in a map.</summary>
    /// <param name="Bits">Cells of a weight.</param>
    /// <param name="RowBytes">Bytes of a row. Weights of one byte fill them, and smaller ones cross rows of a group's size.</param>
    /// <param name="Repeat">How many times each row is used.</param>
    private readonly record struct MapForm(int Bits, int RowBytes = GroupBytes, int Repeat = 1)
    {
        /// <summary>Whether weights must not cross rows.</summary>
        public bool HasRows => RowBytes != GroupBytes;

        /// <summary>Number in the map of the cell that holds a bit of weight i.</summary>
        public int CellOf(int i, int bit)
        {
            int rowCells = 8 * RowBytes, rows = MapGroups * GroupBytes / RowBytes, weights = rowCells / Bits;
            (int row, int place) = HasRows ? (i / weights, (i % weights * Bits) + bit) : Math.DivRem((i * Bits) + bit, rowCells);
            return ((FirstGroup + (row / Repeat)) % rows * rowCells) + place;
        }
    }
}
