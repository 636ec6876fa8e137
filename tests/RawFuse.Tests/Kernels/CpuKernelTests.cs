using RawFuse.KernelCases;
using RawFuse.Kernels;

namespace RawFuse.Tests.Kernels;

/// <summary>Every kernel case on the CPU, convolutions as their definition has them (see <see cref="WinogradTests"/> for the others). These tests also run with narrower vectors, see <see cref="SimdSwitchTests"/>.</summary>
public sealed class CpuKernelTests(CpuKernelTests.Devices devices) : IClassFixture<CpuKernelTests.Devices>
{
    [Theory]
    [MemberData(nameof(KernelTheories.All), MemberType = typeof(KernelTheories))]
    public void EqualsTheReference(string name)
    {
        IReadOnlyList<KernelOutput> outputs = KernelTable.Run(name, devices.OneThread).Outputs;
        KernelAssert.Close(outputs, number => outputs[number].Reference());
    }

    [Theory]
    [MemberData(nameof(KernelTheories.All), MemberType = typeof(KernelTheories))]
    public void DoesNotDependOnTheNumberOfThreads(string name)
    {
        IReadOnlyList<KernelOutput> one = KernelTable.Run(name, devices.OneThread).Outputs;
        foreach (CpuDevice device in (CpuDevice[])[devices.TwoThreads, devices.ThreeThreads])
            foreach ((KernelOutput expected, KernelOutput actual) in one.Zip(KernelTable.Run(name, device).Outputs))
                Assert.Equal(expected.Bits, actual.Bits);
    }

    public sealed class Devices : IDisposable
    {
        public Devices() => SimdSwitchTests.CheckVectors();

        public CpuDevice OneThread { get; } = new(1, ConvolutionMode.Direct);

        public CpuDevice TwoThreads { get; } = new(2, ConvolutionMode.Direct);

        public CpuDevice ThreeThreads { get; } = new(3, ConvolutionMode.Direct);

        public void Dispose()
        {
            OneThread.Dispose();
            TwoThreads.Dispose();
            ThreeThreads.Dispose();
        }
    }
}
