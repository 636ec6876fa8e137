using RawFuse.Kernels;

namespace RawFuse.Tests.Faults;

/// <summary>CPU devices that live as long as the test run.</summary>
internal static class FaultTestDevices
{
    public static CpuDevice OneThread { get; } = new(1);

    public static CpuDevice TwoThreads { get; } = new(2);
}
