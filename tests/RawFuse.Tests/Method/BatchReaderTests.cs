using System.Runtime.InteropServices;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Training;

namespace RawFuse.Tests.Method;

/// <summary>Batches made ahead on another thread are those made on demand, and nothing of that thread is left behind, however reading ends.</summary>
public sealed class BatchReaderTests : IDisposable
{
    private readonly CpuDevice device = new(2);

    public void Dispose() => device.Dispose();

    [Fact]
    public void BatchesMadeAheadAreThoseMadeOnDemand()
    {
        List<(int Epoch, string Labels, string Pixels)> expected = Drain(device, isAhead: false);
        Assert.Equal([0, 0, 0, 1, 1, 1], expected.Select(batch => batch.Epoch));
        Assert.Equal(["0 1 2 0", "1 2 0 1", "2 0"], expected[..3].Select(batch => batch.Labels));
        Assert.Equal(expected, Drain(device, isAhead: true));
        using GpuDevice emulator = GpuDevice.Emulator();
        Assert.Equal(expected, Drain(emulator, isAhead: true));
        Assert.Equal((0, 0), (device.Pool.BytesInUse, emulator.Pool.BytesInUse));

        List<(int, string, string)> Drain(Device on, bool isAhead)
        {
            var all = new List<(int, string, string)>();
            using var reader = new BatchReader(new ToyProblem(10, 4), epochs: 2, on, isAhead);
            while (reader.Next() is { } batch)
            {
                using (batch)
                {
                    Assert.Equal(batch.Labels, batch.DeviceLabels.ToArray());
                    all.Add((batch.Epoch, string.Join(" ", batch.Labels), Convert.ToHexString(MemoryMarshal.AsBytes<float>(batch.Images.ToArray()))));
                }
            }

            Assert.Null(reader.Next());
            return all;
        }
    }

    /// <summary>One ahead and no more: the second batch is begun before the first one is asked for again, the third is not.</summary>
    [Fact]
    public void OneBatchIsMadeAhead()
    {
        var source = new WatchedSource();
        using var reader = new BatchReader(source, epochs: 1, device, isAhead: true);
        using (Batch? first = reader.Next()) Assert.Equal(1, first!.Labels[0]);
        Assert.True(SpinWait.SpinUntil(() => source.Filled == 2, TimeSpan.FromSeconds(10)));
        Thread.Sleep(20);
        Assert.Equal(2, source.Filled);
        Assert.NotEqual(Environment.CurrentManagedThreadId, source.LastThread);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhatGoesWrongInMakingABatchIsThrownWhereItIsAskedFor(bool isAhead)
    {
        using (var reader = new BatchReader(new WatchedSource { FailAt = 2 }, epochs: 1, device, isAhead))
        {
            using (reader.Next())
            {
            }

            Assert.Equal("image 2", Assert.Throws<InvalidDataException>(reader.Next).Message);
        }

        Assert.Equal(0, device.Pool.BytesInUse);
    }

    /// <summary>Failed or not, the batch that nobody asked for is waited for, and gives its memory back.</summary>
    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void DisposeLeavesNothingRunning(int failAt)
    {
        var source = new WatchedSource { FailAt = failAt, Delay = 50 };
        using (var reader = new BatchReader(source, epochs: 1, device, isAhead: true))
            reader.Next()!.Dispose();
        Assert.Equal((2, 0), (source.Filled, device.Pool.BytesInUse));
    }

    [Fact]
    public void CancellationEndsALoopAndWhatRunsBesideIt()
    {
        using GpuDevice emulator = GpuDevice.Emulator();
        using var stop = new CancellationTokenSource();
        var source = new WatchedSource { Delay = 50 };
        int seen = 0;
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (Batch batch in BatchReader.Read(source, epochs: 1, emulator, stop.Token))
            {
                seen += batch.Count;
                stop.Cancel();
            }
        });
        Assert.Equal((1, 2, 0), (seen, source.Filled, emulator.Pool.BytesInUse));
    }

    /// <summary>Ten single images whose label is their number.</summary>
    private sealed class WatchedSource : IImageSource
    {
        private int filled;

        public int FailAt { get; init; } = -1;

        public int Delay { get; init; }

        public int Filled => Volatile.Read(ref filled);

        public int LastThread { get; private set; }

        public int Count => 10;

        public int Classes => 11;

        public int Height => 2;

        public int Width => 2;

        public IEnumerable<ReadOnlyMemory<int>> Batches(int epoch) => Enumerable.Range(1, Count).Select(number => (ReadOnlyMemory<int>)new[] { number });

        public void Fill(ReadOnlySpan<int> images, int epoch, Span<float> nhwc, Span<int> labels)
        {
            Thread.Sleep(Delay);
            nhwc.Clear();
            labels[0] = images[0];
            LastThread = Environment.CurrentManagedThreadId;
            Interlocked.Increment(ref filled);
            if (images[0] == FailAt) throw new InvalidDataException($"image {images[0]}");
        }
    }
}
