using RawFuse.Kernels;

namespace RawFuse.Tests.Kernels;

/// <summary>Parallel loops, through <see cref="CpuDevice.For"/>.</summary>
public sealed unsafe class ThreadTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void DoesEveryItemOnce(int threads)
    {
        using var device = new CpuDevice(threads);
        foreach (int items in Enumerable.Range(0, 40).Concat([100, 1000, 10_000]))
        {
            var counts = new int[items + 1];
            fixed (int* p = counts) device.For(items, new Count(p));
            Assert.All(counts[..items], count => Assert.Equal(1, count));
            Assert.Equal(0, counts[items]);
        }
    }

    [Fact]
    public void SurvivesThousandsOfLoopsWithPausesBetween()
    {
        using var device = new CpuDevice(3);
        var counts = new int[5];
        for (int loop = 0; loop < 3000; loop++)
        {
            // Long enough for the workers to fall asleep, now and then.
            if (loop % 500 == 0) Thread.Sleep(5);
            fixed (int* p = counts) device.For(counts.Length, new Count(p));
        }

        Assert.All(counts, count => Assert.Equal(3000, count));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void PassesExceptionsOnAndGoesOnWorking(int threads)
    {
        using var device = new CpuDevice(threads);
        for (int round = 0; round < 50; round++)
        {
            Assert.Equal("item 7", Assert.Throws<InvalidOperationException>(() => device.For(20, new Fail(7))).Message);
            var counts = new int[100];
            fixed (int* p = counts) device.For(counts.Length, new Count(p));
            Assert.All(counts, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void RunsLoopsInsideLoops()
    {
        using var device = new CpuDevice(3);
        Outer.Device = device;
        var counts = new int[20 * 30];
        fixed (int* p = counts) device.For(20, new Outer(p));
        Assert.All(counts, count => Assert.Equal(1, count));
    }

    [Fact]
    public void ServesSeveralCallersAtOnce()
    {
        using var device = new CpuDevice(2);
        const int callers = 4, loops = 300, items = 50;
        var counts = new int[callers * items];
        Thread[] threads = [.. Enumerable.Range(0, callers).Select(caller => new Thread(() =>
        {
            fixed (int* p = counts)
                for (int loop = 0; loop < loops; loop++) device.For(items, new Count(p + (caller * items)));
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.All(counts, count => Assert.Equal(loops, count));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void RefusesWorkOnceDisposed(int threads)
    {
        var device = new CpuDevice(threads);
        device.Dispose();
        Assert.Throws<ObjectDisposedException>(() => device.For(10, new Fail(0)));
    }

    private readonly struct Count(int* counts) : IParallelBody
    {
        public void Run(int item) => Interlocked.Increment(ref counts[item]);
    }

    private readonly struct Fail(int bad) : IParallelBody
    {
        public void Run(int item)
        {
            if (item == bad) throw new InvalidOperationException($"item {item}");
        }
    }

    private readonly struct Outer(int* counts) : IParallelBody
    {
        /// <summary>A body holds pointers and numbers only.</summary>
        public static CpuDevice Device = null!;

        public void Run(int item) => Device.For(30, new Count(counts + (item * 30)));
    }
}
