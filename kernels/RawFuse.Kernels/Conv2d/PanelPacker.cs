namespace RawFuse.Kernels;

/// <summary>Copies all weights of one set into panels, [panel][tap][k][lane]. An item is one tap of a panel.</summary>
internal readonly unsafe struct PanelPacker(WeightSource source, int set, Panels panels, int* taps, int tapCount, int depth, float* destination) : IParallelBody
{
    /// <summary>Number of items.</summary>
    public int Items => panels.Count * tapCount;

    public void Run(int item)
    {
        int panel = item / tapCount, tap = item % tapCount;
        float* target = destination + ((long)panels.Start(panel) * tapCount * depth) + ((long)tap * depth * panels.WidthOf(panel));
        source.Pack(set, in panels, panel, taps[tap], 0, depth, target);
    }
}
