using ILGPU.IR.Intrinsics;

namespace RawFuse.Kernels;

/// <summary>Multiply-add as one instruction, where how many there are matters.</summary>
internal static class MultiplyAdd
{
    /// <summary>x * y + z: rounded once on NVIDIA GPUs, elsewhere twice or as the device's compiler likes.</summary>
    [IntrinsicImplementation]
    public static float Fused(float x, float y, float z) => (x * y) + z;
}
