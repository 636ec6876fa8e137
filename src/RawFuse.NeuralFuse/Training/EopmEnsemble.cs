using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Training;

/// <summary>
/// One base model on its clean weights and on chips: forward, loss, and backward to the images. Some sets of weights run together, so many that all threads have work, and no more,
/// so that activations stay in the caches: the clean model first, then the chips in order. Neither the losses nor the gradient depend on how many.
/// </summary>
/// <param name="model">The base model; the caller's.</param>
/// <param name="options">The method's constants.</param>
/// <param name="share">The model's part in the whole loss.</param>
internal sealed class EopmEnsemble(FrozenNetwork model, EopmOptions options, float share) : IDisposable
{
    /// <summary>Images in a pass for each thread, at least, where there are enough sets.</summary>
    private const int ImagesPerThread = 12;

    private readonly Dictionary<(int Sets, int Images), EopmEnsemblePass> passes = [];
    private Storage<float>? losses;
    private float[] hostLosses = [];

    /// <summary>The base model's name.</summary>
    public string Name => model.Definition.Name;

    /// <summary>Gives all sets to the device; nothing waits for them.</summary>
    /// <param name="fused">F(x), [B, H, W, C].</param>
    /// <param name="batch">Whose labels count.</param>
    /// <param name="chips">Seeds of the chips.</param>
    /// <param name="access">Number of the chips' access.</param>
    /// <param name="gradient">Receives dL/dF(x).</param>
    /// <param name="accumulate">Whether it is added to what is there.</param>
    /// <param name="most">Most sets that may run together.</param>
    public void Gradient(Tensor fused, Batch batch, ReadOnlySpan<ulong> chips, long access, Tensor gradient, bool accumulate, int most)
    {
        int all = 1 + chips.Length, images = ImagesPerSet(batch.Count), perPass = SetsPerPass(all, images, most);
        MakeRoom(all * images);
        for (int first = 0; first < all; first += perPass)
        {
            int sets = Math.Min(perPass, all - first), count = sets * images;
            EopmEnsemblePass pass = PassFor(sets, images);
            Draw(pass.Faults, chips, first, access);
            for (int set = 0; set < sets; set++) pass.SetWeight(set, (first + set == 0 ? 1f : options.Lambda / chips.Length) / images * share);
            pass.Gradient(fused, batch, gradient, accumulate || first > 0);
            model.Device.Run<CopyBlock, CopyBlockArgs>(new(pass.Losses, 0, count, losses!, first * images, count, 1, count));
        }
    }

    /// <summary>Waits for the losses of the last <see cref="Gradient"/>.</summary>
    /// <param name="images">Images in its batch.</param>
    public EopmLoss ReadLoss(int images)
    {
        images = ImagesPerSet(images);
        model.Device.Download<float>(losses!, hostLosses);
        float clean = 0, perturbed = 0;
        for (int i = 0; i < images; i++) clean += hostLosses[i] / share;
        for (int i = images; i < hostLosses.Length; i++) perturbed += options.Lambda == 0 ? 0 : hostLosses[i] / share / options.Lambda;
        return new EopmLoss(clean, perturbed, options.Lambda);
    }

    /// <summary>The first set, 0 for the clean model, with an image whose loss was not finite when it was last read; -1 for none.</summary>
    public int FirstNonFinite(int images)
    {
        int at = Array.FindIndex(hostLosses, loss => !float.IsFinite(loss));
        return at < 0 ? -1 : at / ImagesPerSet(images);
    }

    /// <summary>How many of all sets run together, with so many images each.</summary>
    public int SetsPerPass(int all, int images, int most)
    {
        if (options.SharesBatch) return all;
        if (options.SetsPerPass > 0) return Math.Min(Math.Min(all, most), options.SetsPerPass);
        int standard = model.Device is CpuDevice device ? Math.Clamp(((ImagesPerThread * device.Threads) + images - 1) / images, 1, all) : all;
        return Math.Min(standard, most);
    }

    /// <summary>Gives the buffers back.</summary>
    public void Dispose()
    {
        DisposePasses();
        DisposeLosses();
    }

    private void DisposePasses()
    {
        foreach (EopmEnsemblePass pass in passes.Values) pass.Dispose();
        passes.Clear();
    }

    private void DisposeLosses()
    {
        losses?.Dispose();
        losses = null;
        hostLosses = [];
    }

    private void MakeRoom(int count)
    {
        if (hostLosses.Length == count) return;
        DisposeLosses();
        losses = model.Device.Allocate<float>(count);
        hostLosses = new float[count];
    }

    /// <summary>Images of a batch that each set sees.</summary>
    private int ImagesPerSet(int batch)
    {
        int all = 1 + options.Chips;
        if (!options.SharesBatch) return batch;
        return batch % all == 0 ? batch / all : throw new ArgumentException($"A batch of {batch} images cannot be shared out equally among the clean model and {options.Chips} chips.");
    }

    private EopmEnsemblePass PassFor(int sets, int images)
    {
        if (passes.TryGetValue((sets, images), out EopmEnsemblePass? pass)) return pass;

        // A batch of another size, the last of an epoch: buffers for one size are enough.
        if (passes.Keys.Any(key => key.Images != images)) DisposePasses();
        return passes[(sets, images)] = new EopmEnsemblePass(model, sets, images, options.SharesBatch);
    }

    /// <summary>Masks of sets first, first + 1, ...; set 0 is the clean model.</summary>
    private void Draw(WeightFaults faults, ReadOnlySpan<ulong> chips, int first, long access)
    {
        using PhaseScope phase = model.Device.Phase("fault masks");
        for (int set = 0; set < faults.Sets; set++)
        {
            if (first + set == 0) faults.Clear(set);
            else options.Population.Draw(model, chips[first + set - 1], faults, set, access);
        }
    }
}
