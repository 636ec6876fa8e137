using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>What a CPU kernel does with cells. A struct of numbers and pointers.</summary>
internal unsafe interface IFaultUse
{
    /// <summary>Takes the cells under bytes <paramref name="start"/> to start + count - 1 of the tensor.</summary>
    /// <param name="start">A multiple of 16.</param>
    /// <param name="count">At most <see cref="FaultBuffer.Bytes"/>.</param>
    /// <param name="keep">Per byte the bits that its cells keep.</param>
    /// <param name="toggle">Per byte the bits that its cells toggle after that.</param>
    void Take(int start, int count, byte* keep, byte* toggle);
}

/// <summary>The loop of all CPU kernels over faulty cells: it picks the source of the cells and the width of the vectors.</summary>
internal static unsafe class CpuFaults
{
    /// <summary>Bytes of a tensor per work item: about 30 microseconds of drawing.</summary>
    private const int ItemBytes = 16 * FaultBuffer.Bytes;

    /// <summary>Calls <paramref name="use"/> for all cells under a tensor's bytes, run by run, spread over the threads.</summary>
    public static void ForEachRun<TUse>(CpuDevice device, in FaultCells cells, int bytes, TUse use)
        where TUse : unmanaged, IFaultUse
    {
        if (cells.HasWords) Run(device, new WordRuns(device, cells), bytes, use);
        else if (cells.Keep is not null) Dense(device, cells, new MappedRuns(device, cells), bytes, use);
        else if (Lanes512.IsSupported) Dense(device, cells, new DrawnRuns<Lanes512>(new DrawnCells(cells)), bytes, use);
        else if (Lanes256.IsSupported) Dense(device, cells, new DrawnRuns<Lanes256>(new DrawnCells(cells)), bytes, use);
        else Dense(device, cells, new DrawnRuns<ScalarLane>(new DrawnCells(cells)), bytes, use);
    }

    private static void Dense<TRuns, TUse>(CpuDevice device, in FaultCells cells, TRuns runs, int bytes, TUse use)
        where TRuns : unmanaged, IGroupRuns
        where TUse : unmanaged, IFaultUse
    {
        if (cells.HasWholeBytes) Run(device, runs, bytes, use);
        else Run(device, new FieldRuns<TRuns>(runs, cells), bytes, use);
    }

    private static void Run<TRuns, TUse>(CpuDevice device, TRuns runs, int bytes, TUse use)
        where TRuns : unmanaged, IGroupRuns
        where TUse : unmanaged, IFaultUse =>
        device.For((int)(((long)bytes + ItemBytes - 1) / ItemBytes), new Body<TRuns, TUse>(runs, bytes, use));

    private readonly struct Body<TRuns, TUse>(TRuns runs, int bytes, TUse use) : IParallelBody
        where TRuns : unmanaged, IGroupRuns
        where TUse : unmanaged, IFaultUse
    {
        [SkipLocalsInit]
        public void Run(int item)
        {
            ulong* memory = stackalloc ulong[FaultBuffer.Words];
            var buffer = new FaultBuffer(memory);
            long first = (long)item * ItemBytes, end = Math.Min(bytes, first + ItemBytes);
            for (long start = first; start < end; start += FaultBuffer.Bytes)
            {
                int count = (int)Math.Min(end - start, FaultBuffer.Bytes);
                runs.Fill(start / FaultCells.GroupBytes, (count + FaultCells.GroupBytes - 1) / FaultCells.GroupBytes, buffer);
                use.Take((int)start, count, buffer.Keep, buffer.Toggle);
            }
        }
    }
}
