namespace RawFuse.Kernels;

/// <summary>
/// Winograd's minimal filtering F(m, 3) in one dimension: m outputs of a correlation with 3 taps from m + 2 multiplications,
/// y = A^T [(G g) * (B^T d)], where * is elementwise. In two dimensions every matrix is applied to columns and rows, and (m + 2)^2 multiplications give
/// m x m outputs, instead of 9 m^2. Summed over channels, the elementwise product becomes (m + 2)^2 matrix products.
/// <para>
/// The same three matrices give the weight gradient: since y is linear in g, dL/dg = G^T [(B^T d) * (A dy)].
/// Formulas: Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016 (arXiv 1509.09308); the matrices follow from the chosen
/// points by the Toom-Cook construction.
/// </para>
/// With stride 2, and in its input gradient, the same holds for other numbers of inputs, products and outputs (<see cref="WinogradStride2"/>).
/// Vectors of a line lie <c>step</c> floats apart where they are written.
/// </summary>
internal unsafe interface IWinograd
{
    /// <summary>m, outputs of a line.</summary>
    static abstract int Outputs { get; }

    /// <summary>Inputs of a line; m + 2 with stride 1.</summary>
    static abstract int Inputs { get; }

    /// <summary>Multiplications; m + 2 with stride 1.</summary>
    static abstract int Products { get; }

    /// <summary>Different factors of a line's weights, one per multiplication unless some share theirs.</summary>
    static abstract int WeightFactors { get; }

    /// <summary>Inputs from one line's first to the next one's; m with stride 1.</summary>
    static abstract int Step { get; }

    /// <summary>Which of the weights' factors a multiplication takes.</summary>
    static abstract int WeightFactor(int product);

    /// <summary>B^T d: inputs to factors.</summary>
    static abstract void Data<TSimd, TVector, TLine>(TLine d, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
        where TLine : struct, ILine<TVector>;

    /// <summary>G g: 3 weights to <see cref="WeightFactors"/>, those beyond being zeros.</summary>
    static abstract void Weights<TSimd, TVector>(
        TVector g0, TVector g1, TVector g2, out TVector u0, out TVector u1, out TVector u2, out TVector u3, out TVector u4, out TVector u5)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;

    /// <summary>A^T p: products to outputs.</summary>
    static abstract void Result<TSimd, TVector, TLine>(TLine p, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
        where TLine : struct, ILine<TVector>;
}
