using RawFuse.Kernels;

namespace RawFuse.Tests.Faults;

/// <summary>One emulator for all tests of a class.</summary>
public sealed class EmulatorFixture : IDisposable
{
    public GpuDevice Device { get; } = GpuDevice.Emulator();

    public void Dispose() => Device.Dispose();
}
