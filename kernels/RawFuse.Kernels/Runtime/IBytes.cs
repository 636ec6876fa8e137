namespace RawFuse.Kernels;

/// <summary>Neighbouring unsigned bytes that a GPU's thread works on together: <see cref="Bytes16"/> where they come in sixteens, and <see cref="Byte1"/> for any number.</summary>
internal interface IBytes<TSelf>
    where TSelf : unmanaged, IBytes<TSelf>
{
    /// <summary>How many.</summary>
    static abstract int Count { get; }

    /// <summary>The same byte everywhere.</summary>
    static abstract TSelf All(byte value);

    /// <summary>The larger byte of each pair.</summary>
    static abstract TSelf Larger(TSelf a, TSelf b);

    static abstract TSelf operator ^(TSelf a, TSelf b);
}
