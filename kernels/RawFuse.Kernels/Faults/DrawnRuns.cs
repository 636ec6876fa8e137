namespace RawFuse.Kernels;

/// <summary><see cref="DrawnCells"/> for a run of groups, several at once.</summary>
internal readonly struct DrawnRuns<TLanes>(DrawnCells cells) : IGroupRuns
    where TLanes : unmanaged, ILanes<TLanes>
{
    public void Fill(long index, int count, FaultBuffer buffer)
    {
        // Group numbers are consecutive up to the end of the memory, where they start again from 0.
        long group = cells.GroupOf(index);
        int done = 0;
        while (done < count)
        {
            int end = (int)Math.Min(count, done + (cells.Groups - group));
            for (int i = done; i < end; i += TLanes.Count) buffer.Store(i, cells.Draw(TLanes.Sequence((ulong)(group + i - done))));
            done = end;
            group = 0;
        }
    }
}
