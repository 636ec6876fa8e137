using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// One row of a register tile of 32-bit sums: 1, 2 or 4 neighbouring vectors, as <see cref="IRow{TSelf}"/> is for floats. What is multiplied are pairs of words: lane j of a row
/// of factors holds word j of two rows k and k + 1.
/// </summary>
internal unsafe interface IPairRow<TSelf>
    where TSelf : struct, IPairRow<TSelf>
{
    /// <summary>Sums in the row.</summary>
    static abstract int Width { get; }

    static abstract TSelf Zero { get; }

    static abstract TSelf Load(int* address);

    static abstract TSelf Add(TSelf a, TSelf b);

    /// <summary>c + x[0] * b[first words] + x[1] * b[second words].</summary>
    static abstract TSelf MultiplyAdd(short* x, TSelf b, TSelf c);

    void Store(int* address);
}

/// <summary>A row of one vector.</summary>
internal unsafe struct PairRow1<TSimd, TVector> : IPairRow<PairRow1<TSimd, TVector>>
    where TSimd : struct, IIntegerSimd<TVector>
    where TVector : struct
{
    private TVector v0;

    public static int Width => TSimd.Lanes;

    public static PairRow1<TSimd, TVector> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new() { v0 = TSimd.Zero };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PairRow1<TSimd, TVector> Load(int* address) => new() { v0 = TSimd.Load(address) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PairRow1<TSimd, TVector> Add(PairRow1<TSimd, TVector> a, PairRow1<TSimd, TVector> b) => new() { v0 = TSimd.Add(a.v0, b.v0) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PairRow1<TSimd, TVector> MultiplyAdd(short* x, PairRow1<TSimd, TVector> b, PairRow1<TSimd, TVector> c) =>
        new() { v0 = TSimd.AddPairSums(TSimd.Broadcast(*(int*)x), b.v0, c.v0) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(int* address) => TSimd.Store(address, v0);
}

/// <summary>
/// A row of two vectors. Where multiplying and adding are two instructions, both products come first and then both sums: alternating, they were seen to get in each other's way
/// on processors that add and multiply on the same units (Zen 4: 72% of the multipliers' peak instead of 89%).
/// </summary>
internal unsafe struct PairRow2<TSimd, TVector> : IPairRow<PairRow2<TSimd, TVector>>
    where TSimd : struct, IIntegerSimd<TVector>
    where TVector : struct
{
    private TVector v0, v1;

    public static int Width => 2 * TSimd.Lanes;

    public static PairRow2<TSimd, TVector> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new() { v0 = TSimd.Zero, v1 = TSimd.Zero };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PairRow2<TSimd, TVector> Load(int* address) => new() { v0 = TSimd.Load(address), v1 = TSimd.Load(address + TSimd.Lanes) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PairRow2<TSimd, TVector> Add(PairRow2<TSimd, TVector> a, PairRow2<TSimd, TVector> b) => new() { v0 = TSimd.Add(a.v0, b.v0), v1 = TSimd.Add(a.v1, b.v1) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PairRow2<TSimd, TVector> MultiplyAdd(short* x, PairRow2<TSimd, TVector> b, PairRow2<TSimd, TVector> c)
    {
        TVector factor = TSimd.Broadcast(*(int*)x);
        if (TSimd.IsFused) return new() { v0 = TSimd.AddPairSums(factor, b.v0, c.v0), v1 = TSimd.AddPairSums(factor, b.v1, c.v1) };
        TVector p0 = TSimd.PairSums(factor, b.v0), p1 = TSimd.PairSums(factor, b.v1);
        return new() { v0 = TSimd.Add(c.v0, p0), v1 = TSimd.Add(c.v1, p1) };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(int* address)
    {
        TSimd.Store(address, v0);
        TSimd.Store(address + TSimd.Lanes, v1);
    }
}

/// <summary>A row of four vectors, multiplied by twos as in <see cref="PairRow2{TSimd, TVector}"/>.</summary>
internal unsafe struct PairRow4<TSimd, TVector> : IPairRow<PairRow4<TSimd, TVector>>
    where TSimd : struct, IIntegerSimd<TVector>
    where TVector : struct
{
    private TVector v0, v1, v2, v3;

    public static int Width => 4 * TSimd.Lanes;

    public static PairRow4<TSimd, TVector> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new() { v0 = TSimd.Zero, v1 = TSimd.Zero, v2 = TSimd.Zero, v3 = TSimd.Zero };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PairRow4<TSimd, TVector> Load(int* address) => new()
    {
        v0 = TSimd.Load(address),
        v1 = TSimd.Load(address + TSimd.Lanes),
        v2 = TSimd.Load(address + (2 * TSimd.Lanes)),
        v3 = TSimd.Load(address + (3 * TSimd.Lanes)),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PairRow4<TSimd, TVector> Add(PairRow4<TSimd, TVector> a, PairRow4<TSimd, TVector> b) =>
        new() { v0 = TSimd.Add(a.v0, b.v0), v1 = TSimd.Add(a.v1, b.v1), v2 = TSimd.Add(a.v2, b.v2), v3 = TSimd.Add(a.v3, b.v3) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PairRow4<TSimd, TVector> MultiplyAdd(short* x, PairRow4<TSimd, TVector> b, PairRow4<TSimd, TVector> c)
    {
        TVector factor = TSimd.Broadcast(*(int*)x);
        if (TSimd.IsFused)
            return new()
            {
                v0 = TSimd.AddPairSums(factor, b.v0, c.v0),
                v1 = TSimd.AddPairSums(factor, b.v1, c.v1),
                v2 = TSimd.AddPairSums(factor, b.v2, c.v2),
                v3 = TSimd.AddPairSums(factor, b.v3, c.v3),
            };
        TVector p0 = TSimd.PairSums(factor, b.v0), p1 = TSimd.PairSums(factor, b.v1);
        TVector s0 = TSimd.Add(c.v0, p0), s1 = TSimd.Add(c.v1, p1);
        TVector p2 = TSimd.PairSums(factor, b.v2), p3 = TSimd.PairSums(factor, b.v3);
        return new() { v0 = s0, v1 = s1, v2 = TSimd.Add(c.v2, p2), v3 = TSimd.Add(c.v3, p3) };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(int* address)
    {
        TSimd.Store(address, v0);
        TSimd.Store(address + TSimd.Lanes, v1);
        TSimd.Store(address + (2 * TSimd.Lanes), v2);
        TSimd.Store(address + (3 * TSimd.Lanes), v3);
    }
}
