using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using RawFuse.Datasets;

namespace RawFuse.Tests.Datasets;

/// <summary>
/// The linear classifier by which a data set's difficulty is judged: logits = pixels * W + bias, cross entropy, L2, gradient descent with momentum.
/// Lanes run over the classes, 16 to two vectors, so a sum's order and with it the result is the same whatever the machine's vectors.
/// </summary>
internal sealed class SoftmaxRegression(ImageSet shape)
{
    private const int Lanes = 16, BatchSize = 50;
    private const float Momentum = 0.9f;

    // One more input, always 1, carries the bias.
    private readonly int _inputs = shape.ImageBytes + 1;
    private readonly float[] _weights = new float[(shape.ImageBytes + 1) * Lanes];

    public void Train(ImageSet images, int epochs, float learningRate, float l2)
    {
        Assert.Equal(Lanes, images.Classes);
        var velocity = new float[_weights.Length];
        var gradient = new float[_weights.Length];
        var x = new float[_inputs];
        var loader = new BatchLoader(images, BatchSize, seed: 1, dropLast: true);
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            float rate = learningRate * (epochs - epoch) / epochs;
            foreach (ReadOnlyMemory<int> batch in loader.Batches(epoch))
            {
                Array.Clear(gradient);
                foreach (int image in batch.Span)
                {
                    Load(images, image, x);
                    float[] error = Probabilities(x);
                    error[images.Labels[image]] -= 1f;
                    AddOuterProduct(x, error, gradient);
                }

                for (int i = 0; i < _weights.Length; i++)
                {
                    velocity[i] = Momentum * velocity[i] + gradient[i] / BatchSize + l2 * _weights[i];
                    _weights[i] -= rate * velocity[i];
                }
            }
        }
    }

    /// <summary>Percent of images whose largest logit is their label's.</summary>
    public double Accuracy(ImageSet images)
    {
        var x = new float[_inputs];
        int correct = 0;
        for (int image = 0; image < images.Count; image++)
        {
            Load(images, image, x);
            float[] probabilities = Probabilities(x);
            if (Array.IndexOf(probabilities, probabilities.Max()) == images.Labels[image]) correct++;
        }

        return 100.0 * correct / images.Count;
    }

    private static void Load(ImageSet images, int image, float[] x)
    {
        ReadOnlySpan<byte> pixels = images.Image(image);
        for (int i = 0; i < pixels.Length; i++) x[i] = pixels[i] / 127.5f - 1f;
        x[^1] = 1f;
    }

    private float[] Probabilities(float[] x)
    {
        ReadOnlySpan<Vector256<float>> weights = MemoryMarshal.Cast<float, Vector256<float>>(_weights);
        Vector256<float> low = default, high = default;
        for (int i = 0; i < x.Length; i++)
        {
            Vector256<float> input = Vector256.Create(x[i]);
            low += input * weights[2 * i];
            high += input * weights[2 * i + 1];
        }

        var result = new float[Lanes];
        low.CopyTo(result);
        high.CopyTo(result, Lanes / 2);
        float largest = result.Max();
        for (int i = 0; i < Lanes; i++) result[i] = MathF.Exp(result[i] - largest);
        float sum = result.Sum();
        for (int i = 0; i < Lanes; i++) result[i] /= sum;
        return result;
    }

    private static void AddOuterProduct(float[] x, float[] error, float[] gradient)
    {
        Span<Vector256<float>> target = MemoryMarshal.Cast<float, Vector256<float>>(gradient.AsSpan());
        Vector256<float> low = Vector256.Create(error), high = Vector256.Create(error, Lanes / 2);
        for (int i = 0; i < x.Length; i++)
        {
            Vector256<float> input = Vector256.Create(x[i]);
            target[2 * i] += input * low;
            target[2 * i + 1] += input * high;
        }
    }
}
