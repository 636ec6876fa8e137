using System.Reflection;
using RawFuse.KernelCases;
using RawFuse.Kernels;

namespace RawFuse.Tests.Kernels;

/// <summary>The GPU bodies, checked without a GPU: what they compute on the emulator, and the PTX they become.</summary>
public sealed class EmulatorKernelTests(EmulatorKernelTests.Devices devices) : IClassFixture<EmulatorKernelTests.Devices>
{
    [Theory]
    [MemberData(nameof(KernelTheories.Emulated), MemberType = typeof(KernelTheories))]
    public void AgreesWithTheCpu(string name)
    {
        IReadOnlyList<KernelOutput> cpu = KernelTable.Run(name, devices.Cpu, toy: true).Outputs;
        KernelAssert.Close(devices.Emulate(name), number => cpu[number].Values);
    }

    /// <summary>Whatever the kernel table launches is among the kernels that are found without running them, so that no check of PTX misses one.</summary>
    [Fact]
    public void EveryLaunchedKernelIsFound()
    {
        foreach (string name in KernelTable.Emulated) devices.Emulate(name);
        Assert.NotEmpty(devices.Emulator.LoadedKernels);
        Assert.Empty(devices.Emulator.LoadedKernels.Except(GpuKernels.Find()).Select(GpuKernels.NameOf));
    }

    [Theory]
    [InlineData(8, 0)]
    [InlineData(9, 0)]
    public void BecomesSoundPtx(int major, int minor)
    {
        string[] findings = [.. GpuKernels.Find().SelectMany(kernel => Findings(kernel, (major, minor)))];
        Assert.True(findings.Length == 0, string.Join('\n', findings));
    }

    private static IEnumerable<string> Findings(MethodInfo kernel, (int Major, int Minor) architecture)
    {
        string ptx = PtxAssembly.Compile(kernel, architecture);

        // ILGPU names no newer target; the driver compiles it for the chip it finds.
        Assert.Contains(".target sm_80", ptx);
        Assert.Contains(".entry", ptx);
        return PtxAssembly.Lint(ptx).Select(finding => $"{GpuKernels.NameOf(kernel)}: {finding}");
    }

    public sealed class Devices : IDisposable
    {
        private readonly Dictionary<string, IReadOnlyList<KernelOutput>> outputs = [];

        public CpuDevice Cpu { get; } = new(1, ConvolutionMode.Direct);

        public GpuDevice Emulator { get; } = GpuDevice.Emulator();

        /// <summary>What a case writes on the emulator; it is slow, so every case runs once.</summary>
        internal IReadOnlyList<KernelOutput> Emulate(string name) =>
            outputs.TryGetValue(name, out IReadOnlyList<KernelOutput>? known) ? known : outputs[name] = KernelTable.Run(name, Emulator, toy: true).Outputs;

        public void Dispose()
        {
            Cpu.Dispose();
            Emulator.Dispose();
        }
    }
}
