namespace RawFuse.Kernels;

/// <summary>
/// One or more 64-bit lanes that run in step. Code written over it serves the GPU and the scalar CPU with
/// <see cref="ScalarLane"/>, and SIMD with <see cref="Lanes256"/> and <see cref="Lanes512"/>, with equal bits.
/// </summary>
internal unsafe interface ILanes<TSelf>
    where TSelf : unmanaged, ILanes<TSelf>
{
    /// <summary>Number of lanes.</summary>
    static abstract int Count { get; }

    /// <summary>The same value in every lane.</summary>
    static abstract TSelf All(ulong value);

    /// <summary>Reads <see cref="Count"/> values.</summary>
    static abstract TSelf Load(ulong* source);

    /// <summary>Reads <see cref="Count"/> bytes, one per lane.</summary>
    static abstract TSelf LoadBytes(byte* source);

    /// <summary>Reads <see cref="Count"/> numbers of 16 bits, one per lane.</summary>
    static abstract TSelf LoadShorts(ushort* source);

    /// <summary>Reads <see cref="Count"/> numbers of 32 bits, one per lane.</summary>
    static abstract TSelf LoadHalves(uint* source);

    /// <summary>Writes <see cref="Count"/> values.</summary>
    static abstract void Store(TSelf value, ulong* destination);

    /// <summary>Writes twice <see cref="Count"/> values: those of the first lane, low before high, then those of the next.</summary>
    static abstract void StorePairs(TSelf low, TSelf high, ulong* destination);

    /// <summary>Writes the low half of every lane.</summary>
    static abstract void StoreHalves(TSelf value, uint* destination);

    /// <summary>The 64-bit product of the low 32 bits.</summary>
    static abstract TSelf LowHalfProduct(TSelf a, TSelf b);

    /// <summary>The high 32 bits, moved down.</summary>
    static abstract TSelf HighHalf(TSelf value);

    /// <summary>All bits moved down.</summary>
    static abstract TSelf ShiftDown(TSelf value, int bits);

    /// <summary>2 to the power of a number from 0 to 63.</summary>
    static abstract TSelf PowerOfTwo(TSelf exponent);

    /// <summary>The value where a is less than b, 0 elsewhere. Both are below 2^63.</summary>
    static abstract TSelf WhereBelow(TSelf a, TSelf b, TSelf value);

    /// <summary>A bit per lane, the lowest for the first, that is 1 where a is less than b. Both are below 2^63.</summary>
    static abstract uint Below(TSelf a, TSelf b);

    /// <summary>The low 32 bits of both, the second above the first.</summary>
    static abstract TSelf JoinLowHalves(TSelf low, TSelf high);

    /// <summary>a ^ b ^ c.</summary>
    static abstract TSelf Xor(TSelf a, TSelf b, TSelf c);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator &(TSelf a, TSelf b);

    static abstract TSelf operator |(TSelf a, TSelf b);

    static abstract TSelf operator ~(TSelf a);
}
