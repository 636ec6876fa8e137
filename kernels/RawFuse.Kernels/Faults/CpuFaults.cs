using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>What a CPU kernel does with a group that has faulty cells. A struct of numbers and pointers.</summary>
internal interface IGroupUse
{
    /// <summary>Takes one group.</summary>
    /// <param name="index">The cells hold bytes 16*index to 16*index + 15 of the tensor, as far as it reaches.</param>
    /// <param name="faults">What they do.</param>
    void Take(long index, in GroupFaults<ScalarLane> faults);
}

/// <summary>The loop of all CPU kernels over faulty cells: it picks the source of the cells and the width of the vectors, and skips sound groups.</summary>
internal static unsafe class CpuFaults
{
    /// <summary>Groups per work item: 16 KB of a tensor, about 20 microseconds of drawing.</summary>
    private const int GroupsPerItem = 1024;

    /// <summary>Calls <paramref name="use"/> for every group under a tensor's bytes that has a faulty cell, spread over the threads.</summary>
    public static void ForEachFaultyGroup<TUse>(CpuDevice device, in FaultCells cells, int bytes, TUse use)
        where TUse : unmanaged, IGroupUse
    {
        if (cells.Keep is { } keep) Run(device, new MappedRuns(device.Pointer(keep), device.Pointer(cells.Toggle!), cells), bytes, use);
        else if (Lanes512.IsSupported) Run(device, new DrawnRuns<Lanes512>(new DrawnCells(cells)), bytes, use);
        else if (Lanes256.IsSupported) Run(device, new DrawnRuns<Lanes256>(new DrawnCells(cells)), bytes, use);
        else Run(device, new DrawnRuns<ScalarLane>(new DrawnCells(cells)), bytes, use);
    }

    private static void Run<TRuns, TUse>(CpuDevice device, TRuns runs, int bytes, TUse use)
        where TRuns : unmanaged, IGroupRuns
        where TUse : unmanaged, IGroupUse
    {
        int groups = GroupsOf(bytes);
        device.For((groups + GroupsPerItem - 1) / GroupsPerItem, new Body<TRuns, TUse>(runs, groups, use));
    }

    /// <summary>Groups under so many bytes.</summary>
    public static int GroupsOf(int bytes) => (int)(((long)bytes + FaultCells.GroupBytes - 1) / FaultCells.GroupBytes);

    private readonly struct Body<TRuns, TUse>(TRuns runs, int groups, TUse use) : IParallelBody
        where TRuns : unmanaged, IGroupRuns
        where TUse : unmanaged, IGroupUse
    {
        [SkipLocalsInit]
        public void Run(int item)
        {
            ulong* memory = stackalloc ulong[FaultBuffer.Words];
            var buffer = new FaultBuffer(memory);
            int end = Math.Min(groups, (item + 1) * GroupsPerItem);
            for (int start = item * GroupsPerItem; start < end; start += FaultBuffer.Capacity)
            {
                int count = Math.Min(end - start, FaultBuffer.Capacity);
                runs.Fill(start, count, buffer);
                for (int i = 0; i < count; i++)
                {
                    GroupFaults<ScalarLane> faults = buffer.Load(i);
                    Bits128<ScalarLane> faulty = faults.Faulty;
                    if (!ScalarLane.IsZero(faulty.Low | faulty.High)) use.Take(start + i, in faults);
                }
            }
        }
    }
}
