using System.Numerics;
using RawFuse.Kernels;

namespace RawFuse.Bench.Ratios.Faults;

/// <summary>Faults drawn and injected into 100 MB of weights, against copying them.</summary>
internal static unsafe class InjectCase
{
    private const string Name = "inject-100m";
    private const int Bytes = 100_000_000;
    private const double BitErrorRate = 0.01, Seconds = 3;

    public static RatioCase Case => new(Name, threads =>
    {
        using var device = new CpuDevice(threads);
        using Storage<sbyte> clean = device.Allocate<sbyte>(Bytes), faulty = device.Allocate<sbyte>(Bytes);
        new Random(1).NextBytes(new Span<byte>(device.Pointer(clean), Bytes));
        var arguments = new InjectFaultsArgs(faulty, Bytes, FaultCells.Drawn(seed: 7, BitErrorRate, FaultModel.StuckAt));
        var copy = new Copy((byte*)device.Pointer(clean), (byte*)device.Pointer(faulty));
        device.For(Copy.Items, in copy);
        Check(device, clean, faulty, expectedRate: 0);
        device.Run<InjectFaults, InjectFaultsArgs>(in arguments);

        // A stuck cell changes the bit that is stored in it half of the time.
        Check(device, clean, faulty, BitErrorRate / 2);
        (double ours, double their) = SideBySide.Milliseconds(
            () => device.Run<InjectFaults, InjectFaultsArgs>(in arguments), () => device.For(Copy.Items, in copy), Seconds);
        return RatioResult.Of(
            Name, ours, their,
            $"stuck-at faults drawn and injected in place at {BitErrorRate:P0} of the cells; in torch's place: copying the {Bytes / 1_000_000} MB on as many threads");
    });

    private static void Check(CpuDevice device, Storage<sbyte> clean, Storage<sbyte> faulty, double expectedRate)
    {
        Span<sbyte> stored = device.Span(clean), read = device.Span(faulty);
        long changed = 0;
        for (int i = 0; i < Bytes; i++) changed += BitOperations.PopCount((uint)(byte)(stored[i] ^ read[i]));
        double rate = changed / (8.0 * Bytes);
        if (Math.Abs(rate - expectedRate) > 0.01 * expectedRate)
            throw new RatioException($"{Name}: {rate:P3} of the bits changed; {expectedRate:P3} were expected.");
    }

    /// <summary>One megabyte an item.</summary>
    private readonly struct Copy(byte* from, byte* to) : IParallelBody
    {
        private const int Chunk = 1_000_000;

        public const int Items = Bytes / Chunk;

        public void Run(int item) => Buffer.MemoryCopy(from + ((long)item * Chunk), to + ((long)item * Chunk), Chunk, Chunk);
    }
}
