namespace RawFuse.Kernels;

/// <summary>
/// <see cref="IWinograd"/>'s minimal filtering in integers: the same three matrices, those of weights and results scaled to whole numbers. Transformed inputs and weights fit
/// 16 bits, and what the results are multiplied by in the end, a power of two times an odd number, is divided out of 32-bit sums that may well have wrapped around: sums are
/// known modulo 2^32, dividing by the odd number is multiplying by its inverse, and dividing by 2^n leaves the result modulo 2^(32 - n). So results of less than 32 - n bits
/// are exact, whatever happened in between. Each method reads a line of vectors and writes one.
/// </summary>
internal unsafe interface IIntegerWinograd
{
    /// <summary>m, outputs of a line.</summary>
    static abstract int Outputs { get; }

    /// <summary>m + 2, inputs of a line and multiplications.</summary>
    static abstract int Inputs { get; }

    /// <summary>n: in two dimensions, results come out 2^n times an odd number too large.</summary>
    static abstract int Shift { get; }

    /// <summary>The inverse of that odd number modulo 2^32.</summary>
    static abstract int Inverse { get; }

    /// <summary>B^T d in words: m + 2 input pixels to m + 2 factors, <paramref name="step"/> words apart.</summary>
    static abstract void Data<TSimd, TVector, TLine>(TLine d, short* to, nint step)
        where TSimd : struct, IIntegerSimd<TVector>
        where TVector : struct
        where TLine : struct, ILine<TVector>;

    /// <summary>G g in words, scaled: 3 weights to m + 2 factors, <paramref name="step"/> words apart.</summary>
    static abstract void Weights<TSimd, TVector, TLine>(TLine g, short* to, nint step)
        where TSimd : struct, IIntegerSimd<TVector>
        where TVector : struct
        where TLine : struct, ILine<TVector>;

    /// <summary>A^T p in 32-bit integers, scaled: m + 2 products to m outputs, <paramref name="step"/> integers apart.</summary>
    static abstract void Result<TSimd, TVector, TLine>(TLine p, int* to, nint step)
        where TSimd : struct, IIntegerSimd<TVector>
        where TVector : struct
        where TLine : struct, ILine<TVector>;
}
