using RawFuse.Kernels;

namespace RawFuse.Bench;

/// <summary>One step of the convolution ladder above the naive loop: what is allowed, and why it helps.</summary>
/// <param name="Name">Short name.</param>
/// <param name="Reason">Why it is faster than the step below.</param>
/// <param name="Threads">Threads; 0 for all.</param>
/// <param name="Mode">How convolutions may be computed.</param>
/// <param name="Suits">Whether the step differs from the one below for a layer.</param>
internal sealed record LadderRung(string Name, string Reason, int Threads, ConvolutionMode Mode, Func<ConvolutionLayer, bool> Suits)
{
    public static readonly LadderRung[] All =
    [
        new(
            "direct", "sums of 6 pixels x 64 channels stay in vector registers, weights packed in panels, slices that stay in the caches",
            1, ConvolutionMode.Direct, _ => true),
        new("F(2,3)", "Winograd's minimal filtering: 16 multiplications for 4 outputs instead of 36, for a little more rounding", 1, ConvolutionMode.Precise, layer => layer is { Kernel: 3, Stride: 1 }),
        new("F(4,3)", "36 multiplications for 16 outputs instead of 144 (stride 2: 81), for up to five times the rounding", 1, ConvolutionMode.Fast, layer => layer.Kernel == 3),
        new("threads", "blocks of tiles and panels shared by all threads, the split fixed by sizes", 0, ConvolutionMode.Fast, _ => true),
    ];
}
