using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Neighbouring channels of a pixel that a GPU's thread works on together: <see cref="Float4"/> where channels come in fours, so that everything moves 16 bytes at a time, and
/// <see cref="Float1"/> for any number. Kernels are written once over it, in chunks of so many channels.
/// </summary>
internal interface IChannels<TSelf>
    where TSelf : unmanaged, IChannels<TSelf>
{
    /// <summary>How many.</summary>
    static abstract int Count { get; }

    /// <summary>The same number in all channels.</summary>
    static abstract TSelf All(float value);

    /// <summary>The larger number in every channel, NaN over all others, or else the first.</summary>
    /// <param name="best">The first ones.</param>
    /// <param name="value">The second ones.</param>
    /// <param name="number">A byte.</param>
    /// <param name="numbers">A byte per channel, the lowest for the first: becomes <paramref name="number"/> where the second number is taken.</param>
    static abstract TSelf Larger(TSelf best, TSelf value, uint number, ref uint numbers);

    /// <summary>The number where its channel's byte is <paramref name="number"/>, 0 elsewhere.</summary>
    static abstract TSelf WhereEqual(TSelf value, uint numbers, uint number);

    /// <summary>Reads the bytes of a chunk's channels.</summary>
    static abstract uint LoadBytes(ArrayView<byte> bytes, int chunk);

    /// <summary>Writes them.</summary>
    static abstract void StoreBytes(ArrayView<byte> bytes, int chunk, uint numbers);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, float b);

    static abstract TSelf operator /(TSelf a, float b);
}
