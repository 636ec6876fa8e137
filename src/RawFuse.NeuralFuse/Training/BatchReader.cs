using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Training;

/// <summary>
/// A source's batches on a device, epoch after epoch. For a GPU each is read, augmented and uploaded on a worker thread while the one before it is computed on. A CPU has no thread to
/// spare for that: its kernels use all of them, and a batch is far less work than a step, so it is read when it is asked for. The batches are the same.
/// </summary>
internal sealed class BatchReader : IDisposable
{
    private readonly Uploader uploader;
    private readonly IEnumerator<Batch> batches;

    /// <summary>The next batch in the making; null where none is made ahead.</summary>
    private Task<Batch?>? ahead;

    /// <summary>Opens a source.</summary>
    /// <param name="source">The images.</param>
    /// <param name="epochs">Passes over them.</param>
    /// <param name="device">Where batches go.</param>
    /// <param name="isAhead">Whether the first batch is begun now, and each other one as soon as the one before it is taken.</param>
    /// <param name="first">Batches to leave out at the start; all epochs have as many as the first one.</param>
    public BatchReader(IImageSource source, int epochs, Device device, bool isAhead, int first = 0)
    {
        uploader = device.CreateUploader();
        batches = Make(source, epochs, first, uploader).GetEnumerator();
        if (isAhead) ahead = Task.Run(MoveOn);
    }

    /// <summary>Reads all batches. Each is disposed when the next one is asked for, or the loop is left.</summary>
    /// <param name="source">The images.</param>
    /// <param name="epochs">Passes over them.</param>
    /// <param name="device">Where batches go.</param>
    /// <param name="cancellationToken">Stops between two batches; then nothing is left running.</param>
    /// <param name="first">Batches to leave out at the start; all epochs have as many as the first one.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static IEnumerable<Batch> Read(IImageSource source, int epochs, Device device, CancellationToken cancellationToken, int first = 0)
    {
        using var reader = new BatchReader(source, epochs, device, isAhead: device is GpuDevice, first);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using Batch? batch = reader.Next();
            if (batch is null) yield break;
            yield return batch;
        }
    }

    /// <summary>Waits for the next batch, for the caller to dispose. What went wrong in making it is thrown here.</summary>
    /// <returns>Null after the last one.</returns>
    public Batch? Next()
    {
        if (ahead is null) return MoveOn();
        Batch? batch = ahead.GetAwaiter().GetResult();
        ahead = Task.Run(MoveOn);
        return batch;
    }

    /// <summary>Waits for the batch in the making and lets it go.</summary>
    public void Dispose()
    {
        if (ahead is not null)
        {
            Task.WhenAny(ahead).Wait();
            if (ahead.IsCompletedSuccessfully) ahead.Result?.Dispose();
        }

        batches.Dispose();
        uploader.Dispose();
    }

    private static IEnumerable<Batch> Make(IImageSource source, int epochs, int first, Uploader uploader)
    {
        int perEpoch = source.Batches(0).Count();
        if (perEpoch == 0) yield break;
        for (int epoch = first / perEpoch, skipped = first % perEpoch; epoch < epochs; epoch++, skipped = 0)
            foreach (ReadOnlyMemory<int> numbers in source.Batches(epoch).Skip(skipped))
                yield return Batch.From(source, numbers.Span, epoch, uploader);
    }

    private Batch? MoveOn() => batches.MoveNext() ? batches.Current : null;
}
