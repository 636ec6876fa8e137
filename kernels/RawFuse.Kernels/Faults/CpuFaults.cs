using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>What a CPU kernel does with faulty cells. A struct of numbers and pointers.</summary>
internal interface IFaultUse
{
    /// <summary>Does one item of the work: it asks for the runs it wants, and owns the bytes that it writes.</summary>
    /// <param name="item">Number of the item.</param>
    /// <param name="runs">The faulty cells.</param>
    /// <param name="list">Memory for a run.</param>
    void Run<TRuns>(int item, TRuns runs, FaultList list)
        where TRuns : unmanaged, IFaultRuns;
}

/// <summary>The loop of all CPU kernels over faulty cells: it picks the source of the cells and the width of the vectors.</summary>
internal static unsafe class CpuFaults
{
    /// <summary>Does all items, spread over the threads.</summary>
    public static void ForEachItem<TUse>(CpuDevice device, in FaultCells cells, int items, TUse use)
        where TUse : unmanaged, IFaultUse
    {
        if (cells.HasWords) Run(device, new WordRuns(device, cells), items, use);
        else if (cells.Keep is not null) Dense(device, cells, new MappedRuns(device, cells), items, use);
        else if (Lanes512.IsSupported) Dense(device, cells, new DrawnRuns<Lanes512>(new DrawnCells(cells)), items, use);
        else if (Lanes256.IsSupported) Dense(device, cells, new DrawnRuns<Lanes256>(new DrawnCells(cells)), items, use);
        else Dense(device, cells, new DrawnRuns<ScalarLane>(new DrawnCells(cells)), items, use);
    }

    private static void Dense<TRuns, TUse>(CpuDevice device, in FaultCells cells, TRuns runs, int items, TUse use)
        where TRuns : unmanaged, IFaultRuns
        where TUse : unmanaged, IFaultUse
    {
        if (cells.HasWholeBytes) Run(device, runs, items, use);
        else Run(device, new FieldRuns<TRuns>(runs, cells), items, use);
    }

    private static void Run<TRuns, TUse>(CpuDevice device, TRuns runs, int items, TUse use)
        where TRuns : unmanaged, IFaultRuns
        where TUse : unmanaged, IFaultUse => device.For(items, new Body<TRuns, TUse>(runs, use));

    private readonly struct Body<TRuns, TUse>(TRuns runs, TUse use) : IParallelBody
        where TRuns : unmanaged, IFaultRuns
        where TUse : unmanaged, IFaultUse
    {
        [SkipLocalsInit]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int item)
        {
            ulong* memory = stackalloc ulong[FaultList.Words];
            use.Run(item, runs, new FaultList(memory));
        }
    }
}
