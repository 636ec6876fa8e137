namespace RawFuse.Kernels;

/// <summary>A GPU kernel over faulty cells.</summary>
internal interface IGpuFaultUse
{
    /// <summary>Launches the kernel with cells of one kind.</summary>
    void Launch<TSource>(GpuDevice device, TSource source)
        where TSource : struct, IGroupSource;
}

/// <summary>Picks the source of the cells for a GPU kernel.</summary>
internal static class GpuFaults
{
    public static void Launch<TUse>(GpuDevice device, in FaultCells cells, TUse use)
        where TUse : struct, IGpuFaultUse
    {
        if (cells.HasWords) use.Launch(device, new WordCells(device, cells));
        else if (cells.Keep is not null) Dense(device, cells, new MappedCells(device, cells), use);
        else Dense(device, cells, new DrawnCells(cells), use);
    }

    private static void Dense<TSource, TUse>(GpuDevice device, in FaultCells cells, TSource source, TUse use)
        where TSource : struct, IGroupSource
        where TUse : struct, IGpuFaultUse
    {
        if (cells.HasWholeBytes) use.Launch(device, source);
        else use.Launch(device, new FieldCells<TSource>(source, cells));
    }
}
