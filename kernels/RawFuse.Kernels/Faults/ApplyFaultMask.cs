using System.Numerics.Tensors;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="ApplyFaultMask"/>: bytes[i] ^= mask[MaskOffset + i] for the first <paramref name="Count"/> bytes.
/// </summary>
public readonly record struct ApplyFaultMaskArgs(Storage<sbyte> Bytes, int Count, Storage<byte> Mask, int MaskOffset = 0) : IKernelCost
{
    /// <inheritdoc/>
    public KernelCost Cost => new(0, 3L * Count, $"{Count}");
}

/// <summary>Flips the bits of packed weights that a mask marks. Applied twice it changes nothing: it also takes faults back, exactly.</summary>
public readonly struct ApplyFaultMask : IKernel<ApplyFaultMaskArgs>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A buffer is too short.</exception>
    public static void Cpu(CpuDevice device, in ApplyFaultMaskArgs args)
    {
        Check(args);
        Span<byte> bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(device.Span(args.Bytes)[..args.Count]);
        TensorPrimitives.Xor<byte>(bytes, device.Span(args.Mask).Slice(args.MaskOffset, args.Count), bytes);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A buffer is too short.</exception>
    public static void Gpu(GpuDevice device, in ApplyFaultMaskArgs args)
    {
        Check(args);
        device.Launch(Kernel, GridStride.SixteensOf(args.Count), new GpuArgs(device.View(args.Bytes), device.View(args.Mask), args.Count, args.MaskOffset));
    }

    internal static void Kernel(GpuArgs a)
    {
        int whole = 0;
        if (a.MaskOffset % Bytes16.Length == 0)
        {
            whole = a.Count / Bytes16.Length;
            ArrayView<Bytes16> bytes = a.Bytes.Cast<Bytes16>(), mask = a.Mask.Cast<Bytes16>();
            int first = a.MaskOffset / Bytes16.Length;
            for (long i = GridStride.First; i < whole; i += GridStride.Step) bytes[i] ^= mask[first + i];
        }

        for (long i = (whole * Bytes16.Length) + GridStride.First; i < a.Count; i += GridStride.Step) a.Bytes[i] = (sbyte)((byte)a.Bytes[i] ^ a.Mask[a.MaskOffset + i]);
    }

    private static void Check(in ApplyFaultMaskArgs args)
    {
        if (args.Count < 0 || args.Count > args.Bytes.Length || args.MaskOffset < 0 || (long)args.MaskOffset + args.Count > args.Mask.Length)
        {
            throw new ArgumentException(
                $"ApplyFaultMask: {args.Count} bytes of a buffer of {args.Bytes.Length} and, at {args.MaskOffset}, of a mask of {args.Mask.Length}.");
        }
    }

    internal readonly struct GpuArgs(ArrayView<sbyte> bytes, ArrayView<byte> mask, int count, int maskOffset)
    {
        public readonly ArrayView<sbyte> Bytes = bytes;
        public readonly ArrayView<byte> Mask = mask;
        public readonly int Count = count;
        public readonly int MaskOffset = maskOffset;
    }
}
