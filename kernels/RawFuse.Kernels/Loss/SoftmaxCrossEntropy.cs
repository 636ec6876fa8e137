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
            for (int c = 1; c < args.Classes; c++) largest = row[c] > largest || float.IsNaN(row[c]) ? row[c] : largest;
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
    public static void Gpu(GpuDevice device, in SoftmaxCrossEntropyArgs args) => device.Launch(Kernel, args.Images, new GpuArgs(device, in args));

    internal static void Kernel(GpuArgs a)
    {
        for (long n = GridStride.First; n < a.Images; n += GridStride.Step)
        {
            long row = n * a.Classes;
            float largest = a.Logits[row];
            for (int c = 1; c < a.Classes; c++)
            {
                float value = a.Logits[row + c];
                if (value > largest || float.IsNaN(value)) largest = value;
            }

            float sum = 0;
            for (int c = 0; c < a.Classes; c++) sum += ScalarMath.Exp(a.Logits[row + c] - largest);
            int label = a.Labels[GridStride.Remainder(n, a.LabelCount)];
            a.Losses[n] = a.Weights[n] * (ScalarMath.Log(sum) + (largest - a.Logits[row + label]));
            if (a.Gradient.Length == 0) continue;
            for (int c = 0; c < a.Classes; c++)
                a.Gradient[row + c] = a.Weights[n] * ((ScalarMath.Exp(a.Logits[row + c] - largest) / sum) - (c == label ? 1f : 0f));
        }
    }

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
