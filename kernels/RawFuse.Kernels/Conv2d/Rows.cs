using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// One row of a register tile: 1, 2 or 4 neighbouring vectors. The compiler keeps the fields of such a struct in registers as long as there are
/// at most four, so a micro-kernel is written once per height, for every width and instruction set.
/// </summary>
internal unsafe interface IRow<TSelf>
    where TSelf : struct, IRow<TSelf>
{
    /// <summary>Floats in the row.</summary>
    static abstract int Width { get; }

    static abstract TSelf Zero { get; }

    static abstract TSelf Load(float* address);

    static abstract TSelf Add(TSelf a, TSelf b);

    /// <summary>x * b + c.</summary>
    static abstract TSelf MultiplyAdd(float x, TSelf b, TSelf c);

    void Store(float* address);
}

/// <summary>A row of one vector.</summary>
internal unsafe struct Row1<TSimd, TVector> : IRow<Row1<TSimd, TVector>>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private TVector v0;

    public static int Width => TSimd.Lanes;

    public static Row1<TSimd, TVector> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new() { v0 = TSimd.Zero };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Row1<TSimd, TVector> Load(float* address) => new() { v0 = TSimd.Load(address) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Row1<TSimd, TVector> Add(Row1<TSimd, TVector> a, Row1<TSimd, TVector> b) => new() { v0 = TSimd.Add(a.v0, b.v0) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Row1<TSimd, TVector> MultiplyAdd(float x, Row1<TSimd, TVector> b, Row1<TSimd, TVector> c) =>
        new() { v0 = TSimd.MultiplyAdd(TSimd.Broadcast(x), b.v0, c.v0) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(float* address) => TSimd.Store(address, v0);
}

/// <summary>A row of two vectors.</summary>
internal unsafe struct Row2<TSimd, TVector> : IRow<Row2<TSimd, TVector>>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private TVector v0, v1;

    public static int Width => 2 * TSimd.Lanes;

    public static Row2<TSimd, TVector> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new() { v0 = TSimd.Zero, v1 = TSimd.Zero };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Row2<TSimd, TVector> Load(float* address) => new() { v0 = TSimd.Load(address), v1 = TSimd.Load(address + TSimd.Lanes) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Row2<TSimd, TVector> Add(Row2<TSimd, TVector> a, Row2<TSimd, TVector> b) => new() { v0 = TSimd.Add(a.v0, b.v0), v1 = TSimd.Add(a.v1, b.v1) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Row2<TSimd, TVector> MultiplyAdd(float x, Row2<TSimd, TVector> b, Row2<TSimd, TVector> c)
    {
        TVector factor = TSimd.Broadcast(x);
        return new() { v0 = TSimd.MultiplyAdd(factor, b.v0, c.v0), v1 = TSimd.MultiplyAdd(factor, b.v1, c.v1) };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(float* address)
    {
        TSimd.Store(address, v0);
        TSimd.Store(address + TSimd.Lanes, v1);
    }
}

/// <summary>A row of four vectors.</summary>
internal unsafe struct Row4<TSimd, TVector> : IRow<Row4<TSimd, TVector>>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private TVector v0, v1, v2, v3;

    public static int Width => 4 * TSimd.Lanes;

    public static Row4<TSimd, TVector> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new() { v0 = TSimd.Zero, v1 = TSimd.Zero, v2 = TSimd.Zero, v3 = TSimd.Zero };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Row4<TSimd, TVector> Load(float* address) => new()
    {
        v0 = TSimd.Load(address),
        v1 = TSimd.Load(address + TSimd.Lanes),
        v2 = TSimd.Load(address + (2 * TSimd.Lanes)),
        v3 = TSimd.Load(address + (3 * TSimd.Lanes)),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Row4<TSimd, TVector> Add(Row4<TSimd, TVector> a, Row4<TSimd, TVector> b) =>
        new() { v0 = TSimd.Add(a.v0, b.v0), v1 = TSimd.Add(a.v1, b.v1), v2 = TSimd.Add(a.v2, b.v2), v3 = TSimd.Add(a.v3, b.v3) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Row4<TSimd, TVector> MultiplyAdd(float x, Row4<TSimd, TVector> b, Row4<TSimd, TVector> c)
    {
        TVector factor = TSimd.Broadcast(x);
        return new()
        {
            v0 = TSimd.MultiplyAdd(factor, b.v0, c.v0),
            v1 = TSimd.MultiplyAdd(factor, b.v1, c.v1),
            v2 = TSimd.MultiplyAdd(factor, b.v2, c.v2),
            v3 = TSimd.MultiplyAdd(factor, b.v3, c.v3),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(float* address)
    {
        TSimd.Store(address, v0);
        TSimd.Store(address + TSimd.Lanes, v1);
        TSimd.Store(address + (2 * TSimd.Lanes), v2);
        TSimd.Store(address + (3 * TSimd.Lanes), v3);
    }
}
