namespace RawFuse.Kernels;

/// <summary>
/// The vector operations of integer convolutions, so that they are written once for every width. A vector holds 32-bit integers or, where a name says words, the same bits as
/// twice as many 16-bit ones. Sums, differences and products wrap around.
/// </summary>
/// <typeparam name="TVector">Vector128, Vector256 or Vector512 of int.</typeparam>
internal unsafe interface IIntegerSimd<TVector>
    where TVector : struct
{
    /// <summary>32-bit integers in a vector.</summary>
    static abstract int Lanes { get; }

    /// <summary>Whether <see cref="AddPairSums"/> is a single instruction.</summary>
    static abstract bool IsFused { get; }

    static abstract TVector Zero { get; }

    static abstract TVector Load(void* address);

    static abstract void Store(void* address, TVector value);

    static abstract TVector Broadcast(int value);

    static abstract TVector And(TVector a, TVector b);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, int b);

    static abstract TVector ShiftLeft(TVector a, int bits);

    /// <summary>Copies of the sign move in.</summary>
    static abstract TVector ShiftRight(TVector a, int bits);

    static abstract TVector AddWords(TVector a, TVector b);

    static abstract TVector SubtractWords(TVector a, TVector b);

    static abstract TVector ShiftWordsLeft(TVector a, int bits);

    /// <summary>For each lane the sum of the products of its two words.</summary>
    static abstract TVector PairSums(TVector a, TVector b);

    /// <summary>c + <see cref="PairSums"/>.</summary>
    static abstract TVector AddPairSums(TVector a, TVector b, TVector c);

    /// <summary>Sign-extends as many bytes as a vector has words.</summary>
    static abstract TVector WidenToWords(byte* bytes);

    /// <summary>For each lane a pair of words: a sign-extended byte of each of two rows, bits of it flipped where masks are given.</summary>
    /// <param name="first">First row, a byte for each lane.</param>
    /// <param name="second">Second row, or null for zeros.</param>
    /// <param name="firstFlips">Bits to flip in the first row, or null.</param>
    /// <param name="secondFlips">Bits to flip in the second row, or null.</param>
    static abstract TVector Pair(sbyte* first, sbyte* second, byte* firstFlips, byte* secondFlips);
}
