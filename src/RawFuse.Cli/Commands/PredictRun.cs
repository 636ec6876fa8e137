using System.Numerics.Tensors;
using RawFuse.Cli.Output;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;
using RawFuse.Serialization;

namespace RawFuse.Cli.Commands;

/// <summary>
/// Images from a file through a generator, a base model (on clean weights or on a chip's), or both. Without a base model there is no chip. With a number of images for
/// calibration, the base model runs on
/// int8 activations, whose ranges are those of the first so many images.
/// </summary>
internal sealed class PredictRun(Device device, FrozenNetwork? fuse, FrozenNetwork? network, Chip? chip, int batch, int? calibration)
{
    /// <summary>Reads all images, runs them batch by batch and writes the results.</summary>
    /// <returns>The shape of what was written.</returns>
    public int[] Write(string input, string output, Report report, CancellationToken cancellation)
    {
        NpyArray images = Images(input, cancellation);
        int count = images.Shape[0];
        float[] results = [];
        int[] shape = [];
        string models = string.Join(" and ", new[] { fuse, network }.OfType<FrozenNetwork>().Select(one => one.Definition.Name));
        using ChipMemory? memory = chip is null ? null : new ChipMemory(device, chip);
        using WeightFaults? faults = chip is null ? null : new WeightFaults(network!, 1);
        if (calibration is { } most) report.Stage($"find the ranges of {network!.Definition.Name}'s activations", _ => Calibrate(images, Math.Min(most, count), cancellation));
        report.Stage($"run {count} images through {models}", progress =>
        {
            for (int start = 0; start < count; start += batch)
            {
                cancellation.ThrowIfCancellationRequested();
                int size = Math.Min(batch, count - start), pass = start / batch;
                if (pass == 0 || chip?.Options.TransientRate > 0) memory?.Draw(network!, faults!, set: 0, access: pass);
                using Tensor x = Part(images, start, size);
                using Tensor? fused = fuse?.Forward(x);
                using Tensor? logits = network?.Forward(fused ?? x, faults);
                Tensor y = logits ?? fused!;
                int each = y.Length / size;
                if (start == 0)
                {
                    results = new float[checked(count * each)];
                    shape = [count, .. y.Shape.ToArray()[1..]];
                }

                y.ToArray().CopyTo(results, start * each);
                progress.Report((double)(start + size) / count);
            }

            return true;
        });
        NpyFile.Write(output, shape, results, cancellation);
        return shape;
    }

    private bool Calibrate(NpyArray images, int count, CancellationToken cancellation)
    {
        var calibrator = new ActivationCalibrator(network!);
        for (int start = 0; start < count; start += batch)
        {
            cancellation.ThrowIfCancellationRequested();
            using Tensor x = Part(images, start, Math.Min(batch, count - start));
            using Tensor? fused = fuse?.Forward(x);
            calibrator.Observe(fused ?? x);
        }

        network!.UseInt8(calibrator.Ranges());
        return true;
    }

    private Tensor Part(NpyArray images, int start, int count)
    {
        int pixels = images.Data.Length / images.Shape[0];
        return Tensor.From(device, new Shape(count, images.Shape[1], images.Shape[2], 3), images.Data.AsSpan(start * pixels, count * pixels));
    }

    private NpyArray Images(string path, CancellationToken cancellation)
    {
        if (fuse is not null && network is not null && Size(fuse) != Size(network))
            throw new ArgumentException($"The generator transforms images {Size(fuse)}, the base model takes {Size(network)}.");
        FrozenNetwork taker = (fuse ?? network)!;
        Node first = taker.Definition.Input;
        string expected = $"expected floats of shape {Size(taker)} (NHWC)";
        NpyArray images = NpyFile.Read(path, cancellation);
        string found = $"holds {images.Type} of shape [{string.Join(", ", images.Shape)}]";
        if (!images.IsFloat) throw new FileFormatException(path, $"{found}; {expected} with values in [-1, 1]");
        if (images.Shape is not [_, int height, int width, int channels] || (height, width, channels) != (first.Height, first.Width, first.Channels))
        {
            bool planes = images.Shape is [_, int c, int h, int w] && (h, w, c) == (first.Height, first.Width, first.Channels);
            throw new FileFormatException(path, $"{found}{(planes ? ", which is NCHW" : "")}; {expected}");
        }

        if (images.Data.Length == 0) throw new FileFormatException(path, $"{found}; expected an image or more");
        int at = Array.FindIndex(images.Data, value => !float.IsFinite(value));
        if (at >= 0) throw new FileFormatException(path, $"holds {images.Data[at]} in image {at / (images.Data.Length / images.Shape[0])}; expected finite numbers");
        float largest = TensorPrimitives.MaxMagnitude<float>(images.Data);
        if (Math.Abs(largest) > 1) Console.Error.WriteLine($"rawfuse: warning: {path}: values reach {largest}; the models take images with values in [-1, 1]");
        return images;
    }

    private static string Size(FrozenNetwork model)
    {
        Node images = model.Definition.Input;
        return $"[N, {images.Height}, {images.Width}, {images.Channels}]";
    }
}
