using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="SoftmaxCrossEntropy"/>: losses[n] = weights[n] * (log sum exp logits[n, :] - sum of target[n, :] * logits[n, :]) and
/// gradient[n, c] = weights[n] * (softmax(logits[n, :])[c] - target[n, c]), where target[n, c] = (1 - Smoothing) * (c == label(n)) + Smoothing / Classes
/// and label(n) = labels[n mod (Images / Copies)].
/// </summary>
/// <param name="Logits">[images, classes].</param>
/// <param name="Labels">[images / copies], each 0..classes-1.</param>
/// <param name="Weights">[images] factors.</param>
/// <param name="Losses">[images], written.</param>
/// <param name="Gradient">[images, classes], written; null when not wanted.</param>
/// <param name="Images">Number of images.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Copies">How often the same images come, all of them once and then again: their labels are given once.</param>
/// <param name="Smoothing">Label smoothing (Szegedy et al., arXiv 1512.00567): the share of the target that all classes have in common, 0 to 1.</param>
public readonly record struct SoftmaxCrossEntropyArgs(
    Storage<float> Logits, Storage<int> Labels, Storage<float> Weights, Storage<float> Losses, Storage<float>? Gradient, int Images, int Classes, int Copies = 1,
    float Smoothing = 0)
    : IKernelCost
{
    /// <summary>Per logit 4 operations for the loss, 2 more if labels are smoothed, and 5 for the gradient; per image 4 more.</summary>
    public KernelCost Cost => new(
        Images * (((4L + (Smoothing == 0 ? 0 : 2) + (Gradient is null ? 0 : 5)) * Classes) + 4),
        sizeof(float) * ((Images * (((Gradient is null ? 1L : 2L) * Classes) + 2)) + LabelCount), $"{Images}x{Classes}");

    /// <summary>Number of labels.</summary>
    public int LabelCount => Images / Copies;

    /// <summary>The target of a class that is not the label.</summary>
    internal float OtherTarget => Smoothing / Classes;

    /// <summary>The target of the label.</summary>
    internal float LabelTarget => 1 - Smoothing + OtherTarget;
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
        float labelTarget = args.LabelTarget, otherTarget = args.OtherTarget;
        for (int n = 0; n < args.Images; n++)
        {
            float* row = logits + ((long)n * args.Classes);
            float largest = row[0];
            for (int c = 1; c < args.Classes; c++) largest = Larger(largest, row[c]);
            float sum = 0;
            for (int c = 0; c < args.Classes; c++) sum += ScalarMath.Exp(row[c] - largest);
            int label = labels[n % args.LabelCount];
            float distance = largest - row[label];
            if (otherTarget != 0)
            {
                float all = 0;
                for (int c = 0; c < args.Classes; c++) all += largest - row[c];
                distance = Smoothed(distance, all, args.Smoothing, otherTarget);
            }

            losses[n] = weights[n] * (ScalarMath.Log(sum) + distance);
            if (gradient == null) continue;
            float* target = gradient + ((long)n * args.Classes);
            for (int c = 0; c < args.Classes; c++) target[c] = weights[n] * ((ScalarMath.Exp(row[c] - largest) / sum) - (c == label ? labelTarget : otherTarget));
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
            float distance = largest - a.Logits[row + label];
            if (a.OtherTarget != 0)
            {
                float all = 0;
                for (int c = 0; c < a.Classes; c++) all += largest - a.Logits[row + c];
                distance = Smoothed(distance, all, a.Smoothing, a.OtherTarget);
            }

            a.Losses[n] = a.Weights[n] * (ScalarMath.Log(sum) + distance);
            if (a.Gradient.Length == 0) continue;
            for (int c = 0; c < a.Classes; c++)
                a.Gradient[row + c] = a.Weights[n] * ((ScalarMath.Exp(a.Logits[row + c] - largest) / sum) - (c == label ? a.LabelTarget : a.OtherTarget));
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
            sum = SumOfGroup(shared, sum);
            int label = a.Labels[n % a.LabelCount];
            float weight = a.Weights[n];
            float distance = largest - a.Logits[row + label];
            if (a.OtherTarget != 0)
            {
                float all = 0;
                for (int c = thread; c < a.Classes; c += Group.DimX) all += largest - a.Logits[row + c];
                distance = Smoothed(distance, SumOfGroup(shared, all), a.Smoothing, a.OtherTarget);
            }

            if (thread == 0) a.Losses[n] = weight * (ScalarMath.Log(sum) + distance);
            if (a.Gradient.Length == 0) continue;
            for (int c = thread; c < a.Classes; c += Group.DimX)
                a.Gradient[row + c] = weight * ((ScalarMath.Exp(a.Logits[row + c] - largest) / sum) - (c == label ? a.LabelTarget : a.OtherTarget));
        }
    }

    /// <summary>The sum of a value per thread of a group, by a tree; every thread gets it.</summary>
    private static float SumOfGroup(ArrayView<float> shared, float value)
    {
        int thread = Group.IdxX;
        shared[thread] = value;
        Group.Barrier();
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (thread < half) shared[thread] += shared[thread + half];
            Group.Barrier();
        }

        float sum = shared[0];
        Group.Barrier();
        return sum;
    }

    /// <summary>The mean distance of the largest logit from the others, weighted by the target: from the label's distance and the sum of all.</summary>
    private static float Smoothed(float label, float all, float smoothing, float otherTarget) => ((1 - smoothing) * label) + (otherTarget * all);

    /// <summary>NaN is larger than any number.</summary>
    private static float Larger(float a, float b) => b > a || float.IsNaN(b) ? b : a;

    internal readonly struct GpuArgs(GpuDevice device, in SoftmaxCrossEntropyArgs args)
    {
        public readonly ArrayView<float> Logits = device.View(args.Logits);
        public readonly ArrayView<int> Labels = device.View(args.Labels);
        public readonly ArrayView<float> Weights = device.View(args.Weights);
        public readonly ArrayView<float> Losses = device.View(args.Losses);
        public readonly ArrayView<float> Gradient = device.ViewOrEmpty(args.Gradient, args.Logits);
        public readonly float Smoothing = args.Smoothing;
        public readonly float LabelTarget = args.LabelTarget;
        public readonly float OtherTarget = args.OtherTarget;
        public readonly int LabelCount = args.LabelCount;
        public readonly int Images = args.Images;
        public readonly int Classes = args.Classes;
    }
}
