using System.Runtime.InteropServices;
using RawFuse.Kernels;

namespace RawFuse.Tests.Faults;

/// <summary>Weights and CPU devices for the tests of faults. The devices live as long as the test run.</summary>
internal static class FaultTestData
{
    public static CpuDevice OneThread { get; } = new(1);

    public static CpuDevice TwoThreads { get; } = new(2);

    public static byte[] Bytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static sbyte[] Weights(int count) => MemoryMarshal.Cast<byte, sbyte>(Bytes(count, count)).ToArray();

    /// <summary>Weights of fewer bits, sign-extended.</summary>
    public static sbyte[] Weights(int count, int bits) => Array.ConvertAll(Weights(count), weight => (sbyte)(weight >> (8 - bits)));

    public static sbyte[] Inject(Device device, sbyte[] clean, int count, FaultCells cells)
    {
        using Storage<sbyte> bytes = device.Allocate<sbyte>(clean);
        device.Run<InjectFaults, InjectFaultsArgs>(new InjectFaultsArgs(bytes, count, cells));
        return bytes.ToArray();
    }

    public static sbyte[] ToHwio(sbyte[] oihw, int outChannels, int inChannels, int taps)
    {
        var hwio = new sbyte[oihw.Length];
        for (int o = 0; o < outChannels; o++)
            for (int i = 0; i < inChannels; i++)
                for (int tap = 0; tap < taps; tap++)
                    hwio[(((tap * inChannels) + i) * outChannels) + o] = oihw[(((o * inChannels) + i) * taps) + tap];
        return hwio;
    }
}
