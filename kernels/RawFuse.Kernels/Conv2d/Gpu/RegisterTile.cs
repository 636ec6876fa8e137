namespace RawFuse.Kernels;

/// <summary>A row of a thread's register tile: the sums of 8 neighbouring columns. Fields, not an array: the compiler keeps those in registers.</summary>
internal struct SumRow<T>
    where T : unmanaged
{
    public Chunk<T> Low;
    public Chunk<T> High;

    /// <summary>One of the sums.</summary>
    public readonly T At(int column)
    {
        Chunk<T> half = column < 4 ? Low : High;
        int at = column % 4;
        return at == 0 ? half.X : at == 1 ? half.Y : at == 2 ? half.Z : half.W;
    }

    /// <summary>this + a * (low, high).</summary>
    public readonly SumRow<T> Plus<TMath>(T a, Chunk<T> low, Chunk<T> high)
        where TMath : struct, IGemmMath<T>
    {
        SumRow<T> sum;
        sum.Low = new Chunk<T>(
            TMath.MultiplyAdd(a, low.X, Low.X), TMath.MultiplyAdd(a, low.Y, Low.Y), TMath.MultiplyAdd(a, low.Z, Low.Z), TMath.MultiplyAdd(a, low.W, Low.W));
        sum.High = new Chunk<T>(
            TMath.MultiplyAdd(a, high.X, High.X), TMath.MultiplyAdd(a, high.Y, High.Y), TMath.MultiplyAdd(a, high.Z, High.Z), TMath.MultiplyAdd(a, high.W, High.W));
        return sum;
    }
}

/// <summary>A thread's register tile: 8 rows of 8 sums.</summary>
internal struct RegisterTile<T, TMath>
    where T : unmanaged
    where TMath : struct, IGemmMath<T>
{
    public SumRow<T> Row0;
    public SumRow<T> Row1;
    public SumRow<T> Row2;
    public SumRow<T> Row3;
    public SumRow<T> Row4;
    public SumRow<T> Row5;
    public SumRow<T> Row6;
    public SumRow<T> Row7;

    /// <summary>Adds the outer product of 8 left numbers, two chunks of rows, and 8 right ones.</summary>
    public readonly RegisterTile<T, TMath> Plus(Chunk<T> left, Chunk<T> leftBelow, Chunk<T> right, Chunk<T> rightBeside)
    {
        RegisterTile<T, TMath> sum;
        sum.Row0 = Row0.Plus<TMath>(left.X, right, rightBeside);
        sum.Row1 = Row1.Plus<TMath>(left.Y, right, rightBeside);
        sum.Row2 = Row2.Plus<TMath>(left.Z, right, rightBeside);
        sum.Row3 = Row3.Plus<TMath>(left.W, right, rightBeside);
        sum.Row4 = Row4.Plus<TMath>(leftBelow.X, right, rightBeside);
        sum.Row5 = Row5.Plus<TMath>(leftBelow.Y, right, rightBeside);
        sum.Row6 = Row6.Plus<TMath>(leftBelow.Z, right, rightBeside);
        sum.Row7 = Row7.Plus<TMath>(leftBelow.W, right, rightBeside);
        return sum;
    }
}
