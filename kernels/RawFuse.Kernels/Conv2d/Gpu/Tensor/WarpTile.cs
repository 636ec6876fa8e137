namespace RawFuse.Kernels;

/// <summary>A lane's share of 16 rows and 32 columns of sums.</summary>
internal struct WarpRow<T>
    where T : unmanaged
{
    public Sums4<T> Column0;
    public Sums4<T> Column1;
    public Sums4<T> Column2;
    public Sums4<T> Column3;

    /// <summary>The sums and a product. Static, with copies: what has an address may end up in local memory.</summary>
    public static WarpRow<T> Plus<TFormat>(WarpRow<T> sums, Fragment4 left, WarpColumns right)
        where TFormat : struct, ITensorFormat<T> => new()
    {
        Column0 = TFormat.Multiply(left, new Fragment2(right.Left.X, right.Left.Z), sums.Column0),
        Column1 = TFormat.Multiply(left, new Fragment2(right.Left.Y, right.Left.W), sums.Column1),
        Column2 = TFormat.Multiply(left, new Fragment2(right.Right.X, right.Right.Z), sums.Column2),
        Column3 = TFormat.Multiply(left, new Fragment2(right.Right.Y, right.Right.W), sums.Column3),
    };
}

/// <summary>A lane's share of 32 columns of a right operand, 16 and 16.</summary>
internal struct WarpColumns
{
    public Fragment4 Left;
    public Fragment4 Right;
}

/// <summary>A lane's share of a warp's 64 rows (or 32, the first two) and 32 columns of sums: 64 registers.</summary>
internal struct WarpTile<T>
    where T : unmanaged
{
    public WarpRow<T> Row0;
    public WarpRow<T> Row1;
    public WarpRow<T> Row2;
    public WarpRow<T> Row3;
}
