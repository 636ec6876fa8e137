using System.Numerics.Tensors;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Arguments of <see cref="FlagNonFinite"/>: Flags[i] = 1 if a value of tensor i is NaN or infinite, else 0.</summary>
/// <param name="Tensors">The tensors looked at.</param>
/// <param name="Flags">Receives a number for each of them.</param>
public readonly record struct FlagNonFiniteArgs(ReadOnlyMemory<FlaggedTensor> Tensors, Storage<int> Flags) : IKernelCost
{
    /// <inheritdoc/>
    public KernelCost Cost
    {
        get
        {
            long count = 0;
            foreach (FlaggedTensor tensor in Tensors.Span) count += tensor.Count;
            return new(count, (sizeof(float) * count) + (sizeof(int) * (long)Tensors.Length), $"{count} in {Tensors.Length}");
        }
    }
}

/// <summary>A tensor that <see cref="FlagNonFinite"/> looks at.</summary>
/// <param name="Values">The tensor.</param>
/// <param name="Count">Number of values.</param>
public readonly record struct FlaggedTensor(Storage<float> Values, int Count);

/// <summary>Finds out which of many tensors hold a NaN or an infinity. The result stays on the device.</summary>
public readonly unsafe struct FlagNonFinite : IKernel<FlagNonFiniteArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in FlagNonFiniteArgs args)
    {
        int* flags = device.Pointer(args.Flags);
        ReadOnlySpan<FlaggedTensor> tensors = args.Tensors.Span;
        for (int i = 0; i < tensors.Length; i++)
        {
            flags[i] = 0;
            device.For(Chunks.Of(tensors[i].Count), new Body(device.Pointer(tensors[i].Values), tensors[i].Count, flags + i));
        }
    }

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in FlagNonFiniteArgs args)
    {
        Fill<int>.Gpu(device, new(args.Flags, args.Tensors.Length, 0));
        ArrayView<int> flags = device.View(args.Flags);
        for (int first = 0; first < args.Tensors.Length; first += GpuTensors.Most)
        {
            var tensors = new GpuTensors<GpuTensor>();
            for (int i = first; i < Math.Min(args.Tensors.Length, first + GpuTensors.Most); i++)
            {
                FlaggedTensor tensor = args.Tensors.Span[i];
                tensors.Set(i - first, new GpuTensor { Values = device.View(tensor.Values), Count = tensor.Count, Number = i });
            }

            if (tensors.Blocks > 0) device.LaunchGroups(Kernel, tensors.Blocks, GpuDevice.GroupSize, new GpuArgs(tensors, flags));
        }
    }

    internal static void Kernel(GpuArgs a)
    {
        GpuTensor t = a.Tensors.Of(Grid.IdxX);
        int start = GpuTensors.FirstOfThread(t);
        bool found = false;
        if (start <= t.Count - 4)
        {
            Float4 four = t.Values.Cast<Float4>()[start / 4];
            found = IsNonFinite(four.X) | IsNonFinite(four.Y) | IsNonFinite(four.Z) | IsNonFinite(four.W);
        }
        else
        {
            for (int i = start; i < t.Count; i++) found |= IsNonFinite(t.Values[i]);
        }

        // Whoever finds one writes the same number.
        if (found) a.Flags[t.Number] = 1;
    }

    /// <summary>All bits of the exponent are set.</summary>
    private static bool IsNonFinite(float value) => (Interop.FloatAsInt(value) & 0x7F80_0000) == 0x7F80_0000;

    private readonly struct Body(float* values, int count, int* flag) : IParallelBody
    {
        public void Run(int item)
        {
            (int start, int end) = Chunks.Bounds(item, count);
            if (!TensorPrimitives.IsFiniteAll(new ReadOnlySpan<float>(values + start, end - start))) *flag = 1;
        }
    }

    internal struct GpuTensor : IGpuTensor
    {
        public ArrayView<float> Values;
        public int Number;

        public int Count { get; init; }

        public int FirstBlock { get; set; }
    }

    internal readonly struct GpuArgs(GpuTensors<GpuTensor> tensors, ArrayView<int> flags)
    {
        public readonly GpuTensors<GpuTensor> Tensors = tensors;
        public readonly ArrayView<int> Flags = flags;
    }
}
