namespace RawFuse.Kernels;

/// <summary>A lane's share of 16 rows and 32 columns of sums.</summary>
internal struct WarpRow
{
    public Sums4 Column0;
    public Sums4 Column1;
    public Sums4 Column2;
    public Sums4 Column3;

    /// <summary>The sums and a product. Static, with copies: what has an address may end up in local memory.</summary>
    public static WarpRow Plus<TFormat>(WarpRow sums, Fragment4 left, WarpColumns right)
        where TFormat : struct, ITensorFormat => new()
    {
        Column0 = TFormat.Multiply(left, right.Column0, sums.Column0),
        Column1 = TFormat.Multiply(left, right.Column1, sums.Column1),
        Column2 = TFormat.Multiply(left, right.Column2, sums.Column2),
        Column3 = TFormat.Multiply(left, right.Column3, sums.Column3),
    };
}

/// <summary>A lane's share of 32 columns of a right operand.</summary>
internal struct WarpColumns
{
    public Fragment2 Column0;
    public Fragment2 Column1;
    public Fragment2 Column2;
    public Fragment2 Column3;
}

/// <summary>A lane's share of a warp's 64 rows and 32 columns of sums: 64 registers.</summary>
internal struct WarpTile
{
    public WarpRow Row0;
    public WarpRow Row1;
    public WarpRow Row2;
    public WarpRow Row3;
}
