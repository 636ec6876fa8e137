using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="UpdateFaultMask"/>: mask[MaskOffset + i] becomes next[i] for the first <paramref name="Count"/> bytes, and the number
/// of those that differed is added to touched[0].
/// </summary>
public readonly record struct UpdateFaultMaskArgs(Storage<byte> Next, int Count, Storage<byte> Mask, int MaskOffset, Storage<int> Touched) : IKernelCost
{
    /// <summary>What is compared; the bytes that differ are written too.</summary>
    public KernelCost Cost => new(0, 2L * Count, $"{Count}");
}

/// <summary>Moves a mask to other faults, writing only the bytes that differ.</summary>
public readonly unsafe struct UpdateFaultMask : IKernel<UpdateFaultMaskArgs>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A buffer is too short.</exception>
    public static void Cpu(CpuDevice device, in UpdateFaultMaskArgs args)
    {
        Check(args);
        var body = new Body(device.Pointer(args.Next), device.Pointer(args.Mask) + args.MaskOffset, args.Count, device.Pointer(args.Touched));
        device.For(Chunks.Of(args.Count), body);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A buffer is too short.</exception>
    public static void Gpu(GpuDevice device, in UpdateFaultMaskArgs args)
    {
        Check(args);
        device.Launch(
            Kernel, GridStride.SixteensOf(args.Count), new GpuArgs(device.View(args.Next), device.View(args.Mask), args.Count, args.MaskOffset, device.View(args.Touched)));
    }

    internal static void Kernel(GpuArgs a)
    {
        // One addition to the sum per group: those to one address wait for each other.
        ArrayView<int> shared = SharedMemory.Allocate<int>(1);
        if (Group.IdxX == 0) shared[0] = 0;
        Group.Barrier();
        int touched = 0, whole = 0;
        if (a.MaskOffset % Bytes16.Length == 0)
        {
            whole = a.Count / Bytes16.Length;
            ArrayView<Bytes16> masks = a.Mask.Cast<Bytes16>(), nexts = a.Next.Cast<Bytes16>();
            int first = a.MaskOffset / Bytes16.Length;
            for (long i = GridStride.First; i < whole; i += GridStride.Step)
            {
                Bytes16 next = nexts[i], changed = masks[first + i] ^ next;
                int count = NonZero(changed.X) + NonZero(changed.Y) + NonZero(changed.Z) + NonZero(changed.W);
                if (count == 0) continue;
                masks[first + i] = next;
                touched += count;
            }
        }

        for (long i = (whole * Bytes16.Length) + GridStride.First; i < a.Count; i += GridStride.Step)
        {
            if (a.Mask[a.MaskOffset + i] == a.Next[i]) continue;
            a.Mask[a.MaskOffset + i] = a.Next[i];
            touched++;
        }

        if (touched != 0) Atomic.Add(ref shared[0], touched);
        Group.Barrier();
        if (Group.IdxX == 0 && shared[0] != 0) Atomic.Add(ref a.Touched[0], shared[0]);
    }

    /// <summary>How many of a word's bytes are not 0.</summary>
    private static int NonZero(uint word)
    {
        // The highest bit of each byte: its own, or carried by the others.
        uint any = (((word & 0x7F7F7F7F) + 0x7F7F7F7F) | word) & 0x80808080;
        return (int)(((any >> 7) * 0x01010101) >> 24);
    }

    private static void Check(in UpdateFaultMaskArgs args)
    {
        if (args.Count < 0 || args.Count > args.Next.Length || args.MaskOffset < 0 || (long)args.MaskOffset + args.Count > args.Mask.Length)
        {
            throw new ArgumentException(
                $"UpdateFaultMask: {args.Count} bytes of a mask of {args.Next.Length} and, at {args.MaskOffset}, of one of {args.Mask.Length}.");
        }

        if (args.Touched.Length < 1) throw new ArgumentException("UpdateFaultMask: there is no room for the count.");
    }

    private readonly struct Body(byte* next, byte* mask, int count, int* touched) : IParallelBody
    {
        public void Run(int item)
        {
            (int i, int end) = Chunks.Bounds(item, count);
            int own = 0;
            while (i < end)
            {
                // Long stretches are equal: pass over them as vectors do.
                i += new ReadOnlySpan<byte>(next + i, end - i).CommonPrefixLength(new ReadOnlySpan<byte>(mask + i, end - i));
                if (i == end) break;
                mask[i] = next[i];
                own++;
                i++;
            }

            if (own != 0) Interlocked.Add(ref *touched, own);
        }
    }

    internal readonly struct GpuArgs(ArrayView<byte> next, ArrayView<byte> mask, int count, int maskOffset, ArrayView<int> touched)
    {
        public readonly ArrayView<byte> Next = next;
        public readonly ArrayView<byte> Mask = mask;
        public readonly int Count = count;
        public readonly int MaskOffset = maskOffset;
        public readonly ArrayView<int> Touched = touched;
    }
}
