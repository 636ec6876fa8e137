namespace RawFuse.Kernels;

/// <summary>
/// How an integer convolution is cut into items of work: for each set of weights, groups of panels by runs of rows (pixels or tiles). Runs repeat the preparation of weights,
/// groups that of inputs; an item keeps its weights, as far as they are many, in the second-level cache. Results are exact and do not depend on it.
/// </summary>
internal readonly struct Int8Split
{
    /// <summary>Items of a call, at least, where there is enough to share.</summary>
    private const int Items = 16;

    /// <summary>Prepared weights of an item, at most, unless a single panel has more.</summary>
    private const long NearBytes = 512 * 1024;

    /// <param name="threads">Threads that share the work.</param>
    /// <param name="sets">Sets of weights.</param>
    /// <param name="panels">Panels of output channels.</param>
    /// <param name="panelBytes">Bytes of a panel's prepared weights.</param>
    /// <param name="rows">Rows of a set.</param>
    /// <param name="fewest">Rows of a run, at least, so that preparing the weights does not count.</param>
    public Int8Split(int threads, int sets, int panels, long panelBytes, int rows, int fewest)
    {
        int near = (int)Math.Clamp(NearBytes / panelBytes, 1, panels);
        int groups = (panels + near - 1) / near;
        Runs = Math.Clamp(Quotient(Items, sets * groups), 1, Math.Max(1, rows / fewest));
        groups = Math.Clamp(Quotient(Items, sets * Runs), groups, panels);

        // Rather shorter runs than an idle thread.
        if (sets * groups * Runs < threads) Runs = Math.Clamp(Quotient(threads, sets * groups), 1, (int)Math.Max(Runs, 4L * rows / fewest));
        PanelsPerItem = Quotient(panels, groups);
        Groups = Quotient(panels, PanelsPerItem);
        RowsPerRun = Quotient(rows, Runs);
        Runs = Quotient(rows, RowsPerRun);
        Count = sets * Groups * Runs;
    }

    /// <summary>Groups of panels.</summary>
    public int Groups { get; }

    /// <summary>Panels in a group, at most.</summary>
    public int PanelsPerItem { get; }

    /// <summary>Runs of rows.</summary>
    public int Runs { get; }

    /// <summary>Rows in a run, at most.</summary>
    public int RowsPerRun { get; }

    /// <summary>Items.</summary>
    public int Count { get; }

    /// <summary>Finds an item's set, its first panel and its first row.</summary>
    public void Locate(int item, out int set, out int panel, out int row)
    {
        set = item / (Groups * Runs);
        panel = item / Runs % Groups * PanelsPerItem;
        row = item % Runs * RowsPerRun;
    }

    private static int Quotient(int dividend, int divisor) => (dividend + divisor - 1) / divisor;
}
