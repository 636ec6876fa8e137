using RawFuse.NeuralFuse.Training;

namespace RawFuse.NeuralFuse.Evaluation;

/// <summary>Puts a base model on int8 activations, whose ranges it finds on images.</summary>
public static class Int8Calibration
{
    /// <summary>Runs the model in floats over all images, and over what a generator makes of them, and from then on in bytes.</summary>
    /// <param name="model">The base model.</param>
    /// <param name="fuse">The generator it will run behind, or null. It stays on floats.</param>
    /// <param name="source">The images; epoch 0 of it.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <returns>The number of images.</returns>
    public static int Apply(FrozenNetwork model, FrozenNetwork? fuse, IImageSource source, CancellationToken cancellationToken = default)
    {
        var calibrator = new ActivationCalibrator(model);
        int images = 0;
        foreach (Batch batch in BatchReader.Read(source, epochs: 1, model.Device, cancellationToken))
        {
            calibrator.Observe(batch.Images);
            using Tensor? fused = fuse?.Forward(batch.Images);
            if (fused is not null) calibrator.Observe(fused);
            images += batch.Count;
        }

        model.UseInt8(calibrator.Ranges());
        return images;
    }
}
