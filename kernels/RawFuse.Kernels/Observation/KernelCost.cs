namespace RawFuse.Kernels;

/// <summary>
/// What one run of a kernel costs at least, by arithmetic on its sizes. Divided by the time it took, this gives the rates that are compared with the machine's.
/// </summary>
/// <param name="Flops">
/// Floating-point operations: a multiply-add counts as two, everything else (an addition, a division, a comparison, a whole exponential or tanh) as one.
/// Convolutions count those of the direct method, 2 for each multiply-accumulate, whichever method runs, and those of bytes the same in integers. Other integer and bit
/// operations are not counted.
/// </param>
/// <param name="Bytes">Bytes of all buffers that must be read plus those that must be written, each once, however often the kernel goes over them.</param>
/// <param name="Detail">The sizes as a person writes them, such as <c>64->128 3x3 s1 p1 32x32 x25</c>.</param>
public readonly record struct KernelCost(long Flops, long Bytes, string Detail);
