namespace RawFuse.Kernels;

/// <summary>An <see cref="IWinograd"/> with the two transforms that the weight gradient needs besides.</summary>
internal unsafe interface IWinogradGradient : IWinograd
{
    /// <summary>A dy: the gradients of outputs to factors.</summary>
    static abstract void ResultGradient<TSimd, TVector, TLine>(TLine dy, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
        where TLine : struct, ILine<TVector>;

    /// <summary>G^T q: products to the gradients of 3 weights.</summary>
    static abstract void WeightGradient<TSimd, TVector, TLine>(TLine q, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
        where TLine : struct, ILine<TVector>;
}
