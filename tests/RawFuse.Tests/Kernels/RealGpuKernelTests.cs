using RawFuse.KernelCases;
using RawFuse.Kernels;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Kernels;

/// <summary>The GPU bodies on real devices, where there are any: every case at its full sizes, against the CPU.</summary>
public sealed class RealGpuKernelTests(RealGpuKernelTests.Devices devices) : IClassFixture<RealGpuKernelTests.Devices>
{
    [RequiresDeviceTheory(isCuda: true)]
    [MemberData(nameof(KernelTheories.All), MemberType = typeof(KernelTheories))]
    public void CudaAgreesWithTheCpu(string name) => Check(name, devices.Cuda.Value);

    [RequiresDeviceTheory(isCuda: false)]
    [MemberData(nameof(KernelTheories.All), MemberType = typeof(KernelTheories))]
    public void OpenClAgreesWithTheCpu(string name) => Check(name, devices.OpenCl.Value);

    private void Check(string name, GpuDevice device)
    {
        string? difference = KernelTable.Compare(name, device, devices.Cpu);
        Assert.True(difference is null, difference);
    }

    public sealed class Devices : IDisposable
    {
        public CpuDevice Cpu { get; } = new(convolutions: ConvolutionMode.Direct);

        public Lazy<GpuDevice> Cuda { get; } = new(() => GpuDevice.Cuda());

        public Lazy<GpuDevice> OpenCl { get; } = new(() => GpuDevice.OpenCl());

        public void Dispose()
        {
            Cpu.Dispose();
            if (Cuda.IsValueCreated) Cuda.Value.Dispose();
            if (OpenCl.IsValueCreated) OpenCl.Value.Dispose();
        }
    }
}
