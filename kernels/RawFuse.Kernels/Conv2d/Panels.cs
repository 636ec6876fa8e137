using System.Runtime.Intrinsics;

namespace RawFuse.Kernels;

/// <summary>
/// How a row of output channels is cut into panels of whole vectors. Vectors are as wide as the machine has them, but not
/// wider than few channels need: 3 channels take one vector of 4 lanes.
/// </summary>
internal readonly struct Panels
{
    public Panels(int columns)
    {
        Columns = columns;
        Lanes = LanesOf(columns);

        // Register budget: 6 x 4 sums need 32 registers, which only the 512-bit instruction set has.
        Vectors = Lanes == 16 ? 4 : 2;
        Count = (columns + Width - 1) / Width;
    }

    /// <summary>Channels.</summary>
    public int Columns { get; }

    /// <summary>Floats in a vector.</summary>
    public int Lanes { get; }

    /// <summary>Vectors in a full panel.</summary>
    public int Vectors { get; }

    /// <summary>Channels in a full panel.</summary>
    public int Width => Lanes * Vectors;

    /// <summary>Number of panels.</summary>
    public int Count { get; }

    /// <summary>Channels in all panels, padding included.</summary>
    public int PaddedColumns => ((Count - 1) * Width) + (VectorsOf(Count - 1) * Lanes);

    /// <summary>Floats in a vector of so many channels.</summary>
    public static int LanesOf(int channels)
    {
        int widest = Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;
        return channels <= 4 ? 4 : channels <= 8 ? Math.Min(8, widest) : widest;
    }

    /// <summary>Vectors in a panel: the last one may be narrower, but only by halves.</summary>
    public int VectorsOf(int panel)
    {
        int needed = (Math.Min(Width, Columns - (panel * Width)) + Lanes - 1) / Lanes;
        return needed > 2 ? 4 : needed;
    }

    /// <summary>Channels in a panel, padding included.</summary>
    public int WidthOf(int panel) => VectorsOf(panel) * Lanes;

    /// <summary>First channel of a panel.</summary>
    public int Start(int panel) => panel * Width;

    /// <summary>Channels of a panel that exist.</summary>
    public int Valid(int panel) => Math.Min(Width, Columns - (panel * Width));
}
