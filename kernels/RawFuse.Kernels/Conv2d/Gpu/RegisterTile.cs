namespace RawFuse.Kernels;

/// <summary>A row of a thread's register tile: the sums of 8 neighbouring columns. Fields, not an array: the compiler keeps those in registers.</summary>
internal struct SumRow
{
    public Float4 Low;
    public Float4 High;

    /// <summary>One of the sums.</summary>
    public readonly float At(int column)
    {
        Float4 half = column < 4 ? Low : High;
        int at = column % 4;
        return at == 0 ? half.X : at == 1 ? half.Y : at == 2 ? half.Z : half.W;
    }

    /// <summary>this + a * (low, high).</summary>
    public readonly SumRow Plus(float a, Float4 low, Float4 high)
    {
        SumRow sum;
        sum.Low = new Float4((a * low.X) + Low.X, (a * low.Y) + Low.Y, (a * low.Z) + Low.Z, (a * low.W) + Low.W);
        sum.High = new Float4((a * high.X) + High.X, (a * high.Y) + High.Y, (a * high.Z) + High.Z, (a * high.W) + High.W);
        return sum;
    }
}

/// <summary>A thread's register tile: 8 rows of 8 sums.</summary>
internal struct RegisterTile
{
    public SumRow Row0;
    public SumRow Row1;
    public SumRow Row2;
    public SumRow Row3;
    public SumRow Row4;
    public SumRow Row5;
    public SumRow Row6;
    public SumRow Row7;

    /// <summary>Adds the outer product of 8 left numbers, two chunks of rows, and 8 right ones.</summary>
    public readonly RegisterTile Plus(Float4 left, Float4 leftBelow, Float4 right, Float4 rightBeside)
    {
        RegisterTile sum;
        sum.Row0 = Row0.Plus(left.X, right, rightBeside);
        sum.Row1 = Row1.Plus(left.Y, right, rightBeside);
        sum.Row2 = Row2.Plus(left.Z, right, rightBeside);
        sum.Row3 = Row3.Plus(left.W, right, rightBeside);
        sum.Row4 = Row4.Plus(leftBelow.X, right, rightBeside);
        sum.Row5 = Row5.Plus(leftBelow.Y, right, rightBeside);
        sum.Row6 = Row6.Plus(leftBelow.Z, right, rightBeside);
        sum.Row7 = Row7.Plus(leftBelow.W, right, rightBeside);
        return sum;
    }
}
