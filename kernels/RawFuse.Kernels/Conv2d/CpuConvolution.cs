namespace RawFuse.Kernels;

/// <summary>The CPU body of the forward and the input-gradient pass: computes as <see cref="ConvPlan"/> says.</summary>
internal static class CpuConvolution
{
    /// <summary>Computes one pass. The parameters are those of <see cref="GatherConvolution.Run"/>.</summary>
    public static void Run(
        CpuDevice device, in Conv2dShape shape, in ConvWeights weights, Storage<float>? outScale, Storage<float> source, Storage<float> output, in ConvEpilogue epilogue, bool inputGradient)
    {
        switch (ConvPlan.Choose(device.Convolutions, in shape, inputGradient))
        {
            case ConvAlgorithm.WinogradF4:
                WinogradConvolution<WinogradF4>.Run(device, in shape, in weights, outScale, source, output, in epilogue, inputGradient);
                break;
            case ConvAlgorithm.WinogradF2:
                WinogradConvolution<WinogradF2>.Run(device, in shape, in weights, outScale, source, output, in epilogue, inputGradient);
                break;
            case ConvAlgorithm.WinogradStride2 when inputGradient:
                WinogradConvolution<WinogradStride2Gradient>.Run(device, in shape, in weights, outScale, source, output, in epilogue, inputGradient);
                break;
            case ConvAlgorithm.WinogradStride2:
                WinogradConvolution<WinogradStride2>.Run(device, in shape, in weights, outScale, source, output, in epilogue, inputGradient);
                break;
            default:
                GatherConvolution.Run(device, in shape, in weights, outScale, source, output, in epilogue, inputGradient);
                break;
        }
    }
}
