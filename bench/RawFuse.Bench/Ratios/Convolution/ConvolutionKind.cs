namespace RawFuse.Bench.Ratios.Convolution;

/// <summary>The passes of a convolution, in the order of <see cref="ConvolutionPass.All"/>.</summary>
internal enum ConvolutionKind
{
    Forward,
    InputGradient,
    WeightGradient,
}
