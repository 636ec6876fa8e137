using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="SoftmaxCrossEntropy"/>: losses[n] = weights[n] * (log sum exp logits[n, :] - logits[n, label(n)]) and
/// gradient[n, c] = weights[n] * (softmax(logits[n, :])[c] - (c == label(n))), where label(n) = labels[n mod (Images / Copies)].
/// </summary>
/// <param name="Logits">[images, classes].</param>
/// <param name="Labels">[images / copies], each 0..classes-1.</param>
/// <param name="Weights">[images] factors.</param>
/// <param name="Losses">[images], written.</param>
/// <param name="Gradient">[images, classes], written; null when not wanted.</param>
/// <param name="Images">Number of images.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Copies">How often the same images come, all of them once and then again: their labels are given once.</param>
public readonly record struct SoftmaxCrossEntropyArgs(
    Storage<float> Logits, Storage<int> Labels, Storage<float> Weights, Storage<float> Losses, Storage<float>? Gradient, int Images, int Classes, int Copies = 1)
    : IKernelCost
{
    /// <summary>Per logit 4 operations for the loss and 5 for the gradient, per image 4 more.</summary>
    public KernelCost Cost => new(
        Images * (((Gradient is null ? 4L : 9L) * Classes) + 4),
        sizeof(float) * ((Images * (((Gradient is null ? 1L : 2L) * Classes) + 2)) + LabelCount), $"{Images}x{Classes}");

    /// <summary>Number of labels.</summary>
    public int LabelCount => Images / Copies;
}

/// <summary>The loss of classification, and its gradient, in one pass. The largest logit is subtracted first, so nothing overflows.</summary>
public readonly unsafe struct SoftmaxCrossEntropy : IKernel<SoftmaxCrossEntropyArgs>
{
    /// <summary>The most classes that one thread of a GPU goes through by itself: their logits lie within two or three sectors of memory.</summary>
    private const int MostClassesPerThread = 16;

    /// <summary>Threads of a GPU's group that share more.</summary>
    private const int RowThreads = 128;

    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in SoftmaxCrossEntropyArgs args)
    {
        float* logits = device.Pointer(args.Logits), weights = device.Pointer(args.Weights), losses = device.Pointer(args.Losses);
        float* gradient = device.PointerOrNull(args.Gradient);
        int* labels = device.Pointer(args.Labels);
        for (int n = 0; n < args.Images; n++)
        {
            float* row = logits + ((long)n * args.Classes);
            float largest = row[0];
            for (int c = 1; c < args.Classes; c++) largest = Larger(largest, row[c]);
            float sum = 0;
            for (int c = 0; c < args.Classes; c++) sum += ScalarMath.Exp(row[c] - largest);
            int label = labels[n % args.LabelCount];
            losses[n] = weights[n] * (ScalarMath.Log(sum) + (largest - row[label]));
            if (gradient == null) continue;
            float* target = gradient + ((long)n * args.Classes);
            for (int c = 0; c < args.Classes; c++) target[c] = weights[n] * ((ScalarMath.Exp(row[c] - largest) / sum) - (c == label ? 1 : 0));
        }
    }

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in SoftmaxCrossEntropyArgs args)
    {
        var gpuArgs = new GpuArgs(device, in args);
        if (args.Classes <= MostClassesPerThread) device.Launch(Kernel, args.Images, gpuArgs);
        else device.LaunchTiles(GroupKernel, args.Images, RowThreads, gpuArgs);
    }

    internal static void Kernel(GpuArgs a)
    {
        for (long n = GridStride.First; n < a.Images; n += GridStride.Step)
        {
            long row = n * a.Classes;
            float largest = a.Logits[row];
            for (int c = 1; c < a.Classes; c++) largest = Larger(largest, a.Logits[row + c]);

            float sum = 0;
            for (int c = 0; c < a.Classes; c++) sum += ScalarMath.Exp(a.Logits[row + c] - largest);
            int label = a.Labels[GridStride.Remainder(n, a.LabelCount)];
            a.Losses[n] = a.Weights[n] * (ScalarMath.Log(sum) + (largest - a.Logits[row + label]));
            if (a.Gradient.Length == 0) continue;
            for (int c = 0; c < a.Classes; c++)
                a.Gradient[row + c] = a.Weights[n] * ((ScalarMath.Exp(a.Logits[row + c] - largest) / sum) - (c == label ? 1f : 0f));
        }
    }

    /// <summary>A group of threads goes through an image's logits. Every thread takes those a group apart, and a tree joins what they find: the same order in every run.</summary>
    internal static void GroupKernel(GpuArgs a)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(RowThreads);
        int thread = Group.IdxX;
        for (int n = Grid.IdxX; n < a.Images; n += Grid.DimX)
        {
            int row = n * a.Classes;
            float largest = float.NegativeInfinity;
            for (int c = thread; c < a.Classes; c += Group.DimX) largest = Larger(largest, a.Logits[row + c]);
            shared[thread] = largest;
            Group.Barrier();
            for (int half = Group.DimX / 2; half > 0; half /= 2)
            {
                if (thread < half) shared[thread] = Larger(shared[thread], shared[thread + half]);
                Group.Barrier();
            }

            largest = shared[0];
            Group.Barrier();
            float sum = 0;
            for (int c = thread; c < a.Classes; c += Group.DimX) sum += ScalarMath.Exp(a.Logits[row + c] - largest);
            shared[thread] = sum;
            Group.Barrier();
            for (int half = Group.DimX / 2; half > 0; half /= 2)
            {
                if (thread < half) shared[thread] += shared[thread + half];
                Group.Barrier();
            }

            sum = shared[0];
            Group.Barrier();
            int label = a.Labels[n % a.LabelCount];
            float weight = a.Weights[n];
            if (thread == 0) a.Losses[n] = weight * (ScalarMath.Log(sum) + (largest - a.Logits[row + label]));
            if (a.Gradient.Length == 0) continue;
            for (int c = thread; c < a.Classes; c += Group.DimX)
                a.Gradient[row + c] = weight * ((ScalarMath.Exp(a.Logits[row + c] - largest) / sum) - (c == label ? 1f : 0f));
        }
    }

    /// <summary>NaN is larger than any number.</summary>
    private static float Larger(float a, float b) => b > a || float.IsNaN(b) ? b : a;

    internal readonly struct GpuArgs(GpuDevice device, in SoftmaxCrossEntropyArgs args)
    {
        public readonly ArrayView<float> Logits = device.View(args.Logits);
        public readonly ArrayView<int> Labels = device.View(args.Labels);
        public readonly ArrayView<float> Weights = device.View(args.Weights);
        public readonly ArrayView<float> Losses = device.View(args.Losses);
        public readonly ArrayView<float> Gradient = device.ViewOrEmpty(args.Gradient, args.Logits);
        public readonly int LabelCount = args.LabelCount;
        public readonly int Images = args.Images;
        public readonly int Classes = args.Classes;
    }
}
