using System.Runtime.ExceptionServices;

namespace RawFuse.Kernels;

/// <summary>
/// A fixed team of threads that stays alive between kernels. Starting a parallel loop writes a job description and
/// wakes the workers; a worker that has just finished spins for a moment before it sleeps, because the next kernel
/// usually follows at once. The calling thread works too.
/// </summary>
internal sealed unsafe class ThreadTeam : IDisposable
{
    private const int SpinsBeforeSleep = 200;

    private readonly Thread[] workers;
    private readonly SemaphoreSlim[] wake;
    private readonly Lock busy = new();

    private int generation;
    private int sleeping;
    private int running;
    private bool stopping;

    // The job of the present generation.
    private delegate*<void*, int, int, void> run;
    private void* body;
    private int items;
    private int next;
    private ExceptionDispatchInfo? failure;

    public ThreadTeam(int size)
    {
        Size = size;
        workers = new Thread[size - 1];
        wake = new SemaphoreSlim[size - 1];
        for (int i = 0; i < workers.Length; i++)
        {
            int index = i;
            wake[i] = new SemaphoreSlim(0);
            workers[i] = new Thread(() => Work(index)) { IsBackground = true, Name = $"RawFuse worker {i + 1}" };
            workers[i].Start();
        }
    }

    public int Size { get; }

    public void For<TBody>(int count, in TBody job)
        where TBody : unmanaged, IParallelBody
    {
        TBody local = job;
        For(count, &local, &Invoke<TBody>);
    }

    /// <summary>The same with scratch memory: each thread that takes part has its own of so many bytes.</summary>
    public void For<TBody>(int count, in TBody job, void* scratch, long bytes)
        where TBody : unmanaged, IScratchBody
    {
        var local = new Scratched<TBody> { Body = job, Memory = (byte*)scratch, Bytes = bytes };
        For(count, &local, &InvokeScratched<TBody>);
    }

    private void For(int count, void* job, delegate*<void*, int, int, void> invoke)
    {
        ObjectDisposedException.ThrowIf(stopping, this);

        // A loop inside a loop, or one from a second user thread, runs on its own thread.
        if (count <= 1 || workers.Length == 0 || busy.IsHeldByCurrentThread || !busy.TryEnter())
        {
            for (int i = 0; i < count; i++) invoke(job, i, 0);
            return;
        }

        try
        {
            run = invoke;
            body = job;
            items = count;
            next = 0;
            failure = null;
            Volatile.Write(ref running, workers.Length);
            Interlocked.Increment(ref generation);
            if (Volatile.Read(ref sleeping) > 0)
                foreach (SemaphoreSlim semaphore in wake)
                    semaphore.Release();
            TakeItems(0);
            var spin = new SpinWait();
            while (Volatile.Read(ref running) > 0) spin.SpinOnce(sleep1Threshold: -1);
            failure?.Throw();
        }
        finally
        {
            busy.Exit();
        }
    }

    public void Dispose()
    {
        if (stopping) return;
        stopping = true;
        Interlocked.Increment(ref generation);
        foreach (SemaphoreSlim semaphore in wake) semaphore.Release();
        foreach (Thread worker in workers) worker.Join();
        foreach (SemaphoreSlim semaphore in wake) semaphore.Dispose();
    }

    private static void Invoke<TBody>(void* address, int item, int thread)
        where TBody : unmanaged, IParallelBody => ((TBody*)address)->Run(item);

    private static void InvokeScratched<TBody>(void* address, int item, int thread)
        where TBody : unmanaged, IScratchBody
    {
        var job = (Scratched<TBody>*)address;
        job->Body.Run(item, job->Memory + (thread * job->Bytes));
    }

    private void TakeItems(int thread)
    {
        try
        {
            for (int item = Interlocked.Increment(ref next) - 1; item < items; item = Interlocked.Increment(ref next) - 1) run(body, item, thread);
        }
        catch (Exception exception)
        {
            failure = ExceptionDispatchInfo.Capture(exception);
            Volatile.Write(ref next, items);
        }
    }

    private void Work(int index)
    {
        int seen = 0;
        while (true)
        {
            WaitForJob(index, seen);
            seen++;
            if (stopping) return;
            TakeItems(index + 1);
            Interlocked.Decrement(ref running);
        }
    }

    private void WaitForJob(int index, int seen)
    {
        for (int i = 0; i < SpinsBeforeSleep; i++)
        {
            if (Volatile.Read(ref generation) != seen) return;
            Thread.SpinWait(30);
        }

        // Announce the sleep first and look once more: the caller raises the generation before it reads the count.
        Interlocked.Increment(ref sleeping);
        while (Volatile.Read(ref generation) == seen) wake[index].Wait();
        Interlocked.Decrement(ref sleeping);
    }

    private struct Scratched<TBody>
        where TBody : unmanaged, IScratchBody
    {
        public TBody Body;
        public byte* Memory;
        public long Bytes;
    }
}
