using RawFuse.KernelCases;

namespace RawFuse.Tests.Kernels;

/// <summary>The kernel table's cases, as theories take them.</summary>
public static class KernelTheories
{
    public static TheoryData<string> All => [.. KernelTable.Names];

    public static TheoryData<string> Emulated => [.. KernelTable.Emulated];

    public static TheoryData<string> EmulatedOnTensorCores => [.. KernelTable.EmulatedOnTensorCores];
}
