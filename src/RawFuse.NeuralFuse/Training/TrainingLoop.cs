using System.Globalization;
using RawFuse.NeuralFuse.Training.Checkpoints;

namespace RawFuse.NeuralFuse.Training;

/// <summary>
/// Steps, batch after batch and epoch after epoch, of any method: looks at losses and gradients before they are used, judges epochs, and keeps checkpoints. What it does after one is read
/// is what it would have done without the interruption, bit for bit.
/// </summary>
/// <param name="method">Makes gradients.</param>
/// <param name="source">Training images.</param>
/// <param name="epochs">Passes over them, 1 or more.</param>
/// <param name="run">How the training is conducted.</param>
/// <param name="progress">Told after every step.</param>
/// <param name="notices">Told in sentences what a user should know.</param>
internal sealed class TrainingLoop(
    ITrainingMethod method, IImageSource source, int epochs, TrainingRun run, IProgress<TrainingProgress>? progress, IProgress<string>? notices)
{
    private readonly int stepsPerEpoch = source.Batches(0).Count();

    /// <summary>Trains the method's network in place.</summary>
    /// <exception cref="TrainingException">A loss, a gradient or, at the end, a parameter is not finite.</exception>
    /// <exception cref="OperationCanceledException">Training was stopped; where checkpoints are kept there is one of this moment.</exception>
    public void Run(CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        Network network = method.Network;
        using WeightAverage? average = run.AverageDecay > 0 ? new WeightAverage(network, run.AverageDecay) : null;
        using BestEpoch? best = run.HeldOut is null ? null : new BestEpoch(network);
        using CheckpointFolder? folder = run.Checkpoints is { } options ? new CheckpointFolder(options) : null;
        var state = new TrainingState(method, average, best);
        KeyValuePair<string, string>[] settings = folder is null ? [] : [.. Settings];
        folder?.Restore(state, settings, notices);
        try
        {
            Train(average, best, folder is null ? null : () => folder.Save(state, settings), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            if (folder is not null && folder.LatestStep < method.Optimizer.Steps) folder.Save(state, settings);
            throw;
        }

        if (best is not null) network.CopyFrom(best.Network);
        else if (average is not null) network.CopyFrom(average.Network);
        TrainingException.ThrowIfNotFinite(network, method.Name);
    }

    /// <summary>What must be equal before and after an interruption, so that the steps are.</summary>
    private IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        new("network", method.Network.Definition.Name),
        .. method.Settings,
        new("rate", Text($"{method.Rate}")),
        new("epochs", Text($"{epochs}")),
        new("average", Text($"{run.AverageDecay}")),
        new("patience", Text($"{run.HeldOut?.Patience ?? 0}")),
        new("training images", Fingerprint.Of(source)),
        new("held-out images", run.HeldOut is { } heldOut ? Fingerprint.Of(heldOut.Images) : "none"),
    ];

    private void Train(WeightAverage? average, BestEpoch? best, Action? save, CancellationToken cancellationToken)
    {
        Optimizer optimizer = method.Optimizer;
        using var check = new GradientCheck(method.Network);
        int total = epochs * stepsPerEpoch;

        // Whoever was stopped while an epoch was judged goes on with that.
        if (best is not null && best.Epochs < optimizer.Steps / stepsPerEpoch) Judge(best.Epochs, average?.Network ?? method.Network, best, cancellationToken);
        if (IsOver(best)) return;
        foreach (Batch batch in BatchReader.Read(source, epochs, method.Network.Device, cancellationToken, first: optimizer.Steps))
        {
            float loss = Step(batch, check, total);
            average?.Add(optimizer.Steps);
            progress?.Report(new TrainingProgress(optimizer.Steps, total, batch.Epoch, loss));
            bool endsEpoch = optimizer.Steps % stepsPerEpoch == 0;
            if (endsEpoch && best is not null) Judge(batch.Epoch, average?.Network ?? method.Network, best, cancellationToken);
            bool ends = optimizer.Steps == total || (endsEpoch && IsOver(best));
            if (save is not null && (ends || optimizer.Steps % run.Checkpoints!.Every == 0)) save();
            if (ends) return;
        }
    }

    private float Step(Batch batch, GradientCheck check, int total)
    {
        Optimizer optimizer = method.Optimizer;
        int step = optimizer.Steps;
        float loss = method.Gradient(batch, step);
        string? why = !float.IsFinite(loss) ? $"the loss became {Text($"{loss}")}" : check.LastNonFinite() is { } tensor ? $"the gradient of '{tensor}' is not finite" : null;
        if (why is not null)
        {
            string where = Text($"step {step + 1} (epoch {batch.Epoch + 1}, batch {(step % stepsPerEpoch) + 1} of {stepsPerEpoch})");
            string blame = float.IsFinite(loss) ? "" : $": {method.Blame(batch)}";
            throw new TrainingException($"{method.Name}: {why} in {where}{blame}.");
        }

        optimizer.Step(method.Rate.At(step, total));
        return loss;
    }

    private void Judge(int epoch, Network candidate, BestEpoch best, CancellationToken cancellationToken)
    {
        double score = method.Judge(candidate, run.HeldOut!.Images, cancellationToken);
        best.Add(score, candidate);
        notices?.Report(Text($"epoch {epoch + 1}: {score:F2}% of held-out images right{(best.Waited == 0 ? ", the best so far" : "")}"));
        if (IsOver(best)) notices?.Report(Text($"training ends early: no better result in {best.Waited} epochs"));
    }

    private bool IsOver(BestEpoch? best) => best is not null && run.HeldOut!.Patience > 0 && best.Waited >= run.HeldOut.Patience;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
