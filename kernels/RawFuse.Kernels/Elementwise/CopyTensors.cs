using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Arguments of <see cref="CopyTensors"/>.</summary>
/// <param name="Copies">What is copied where.</param>
public readonly record struct CopyTensorsArgs(ReadOnlyMemory<TensorCopy> Copies) : IKernelCost
{
    /// <inheritdoc/>
    public KernelCost Cost
    {
        get
        {
            long count = 0;
            foreach (TensorCopy copy in Copies.Span) count += copy.Count;
            return new(0, 2 * sizeof(float) * count, $"{count} in {Copies.Length}");
        }
    }
}

/// <summary>The first elements of a tensor, and where they go.</summary>
/// <param name="From">Is read.</param>
/// <param name="To">Is written; no tensor that the same call reads or writes.</param>
/// <param name="Count">Number of elements.</param>
public readonly record struct TensorCopy(Storage<float> From, Storage<float> To, int Count);

/// <summary>Copies many tensors at once.</summary>
public readonly struct CopyTensors : IKernel<CopyTensorsArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in CopyTensorsArgs args)
    {
        foreach (TensorCopy copy in args.Copies.Span) device.Span(copy.From)[..copy.Count].CopyTo(device.Span(copy.To));
    }

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in CopyTensorsArgs args)
    {
        for (int first = 0; first < args.Copies.Length; first += GpuTensors.Most)
        {
            var tensors = new GpuTensors<GpuTensor>();
            for (int i = first; i < Math.Min(args.Copies.Length, first + GpuTensors.Most); i++)
            {
                TensorCopy copy = args.Copies.Span[i];
                tensors.Set(i - first, new GpuTensor { From = device.View(copy.From), To = device.View(copy.To), Count = copy.Count });
            }

            if (tensors.Blocks > 0) device.LaunchGroups(Kernel, tensors.Blocks, GpuDevice.GroupSize, new GpuArgs(tensors));
        }
    }

    internal static void Kernel(GpuArgs a)
    {
        GpuTensor t = a.Tensors.Of(Grid.IdxX);
        int start = GpuTensors.FirstOfThread(t);
        if (start <= t.Count - 4)
        {
            t.To.Cast<Float4>()[start / 4] = t.From.Cast<Float4>()[start / 4];
            return;
        }

        for (int i = start; i < t.Count; i++) t.To[i] = t.From[i];
    }

    internal struct GpuTensor : IGpuTensor
    {
        public ArrayView<float> From;
        public ArrayView<float> To;

        public int Count { get; init; }

        public int FirstBlock { get; set; }
    }

    internal readonly struct GpuArgs(GpuTensors<GpuTensor> tensors)
    {
        public readonly GpuTensors<GpuTensor> Tensors = tensors;
    }
}
