namespace RawFuse.Kernels;

/// <summary>Four output channels of a term's bytes: four rows of weights, turned so that each channel's bytes are one number. The number of output channels is a multiple of 4.</summary>
internal struct ByteWeights : IGemmOperand<ByteWeights, int>
{
    private int column, term;

    public static bool IsAlongTerms => false;

    public static ByteWeights Start(GemmArgs a, int line, int term)
    {
        ByteWeights found;
        found.column = line;
        found.term = term;
        return found;
    }

    public readonly Chunk<int> Load(GemmArgs a)
    {
        int row = term * ByteGeometry.TermBytes, r0 = RowAt(a, row), r1 = RowAt(a, row + 1), r2 = RowAt(a, row + 2), r3 = RowAt(a, row + 3);
        return new Chunk<int>(Column(r0, r1, r2, r3), Column(r0 >> 8, r1 >> 8, r2 >> 8, r3 >> 8), Column(r0 >> 16, r1 >> 16, r2 >> 16, r3 >> 16), Column(r0 >> 24, r1 >> 24, r2 >> 24, r3 >> 24));
    }

    public readonly ByteWeights Next(GemmArgs a, int terms)
    {
        ByteWeights next = this;
        next.term += terms;
        return next;
    }

    private readonly int RowAt(GemmArgs a, int row) =>
        column < a.Columns && row < a.Shape.KernelHeight * a.Shape.KernelWidth * a.Shape.InChannels ? a.Weights.BytesAt(a.Set, (row * a.Columns) + column) : 0;

    private static int Column(int r0, int r1, int r2, int r3) => (r0 & 255) | ((r1 & 255) << 8) | ((r2 & 255) << 16) | (r3 << 24);
}

/// <summary>The same for any number of channels, a byte at a time.</summary>
internal struct ByteWeightElements : IGemmOperand<ByteWeightElements, int>
{
    private int column, term;

    public static bool IsAlongTerms => false;

    public static ByteWeightElements Start(GemmArgs a, int line, int term)
    {
        ByteWeightElements found;
        found.column = line;
        found.term = term;
        return found;
    }

    public readonly Chunk<int> Load(GemmArgs a) => new(At(a, column), At(a, column + 1), At(a, column + 2), At(a, column + 3));

    public readonly ByteWeightElements Next(GemmArgs a, int terms)
    {
        ByteWeightElements next = this;
        next.term += terms;
        return next;
    }

    private readonly int At(GemmArgs a, int line)
    {
        int bytes = 0, rows = a.Shape.KernelHeight * a.Shape.KernelWidth * a.Shape.InChannels;
        for (int i = 0; i < ByteGeometry.TermBytes; i++)
        {
            int row = (term * ByteGeometry.TermBytes) + i;
            if (line < a.Columns && row < rows) bytes |= (byte)a.Weights.ByteAt(a.Set, (row * a.Columns) + line) << (8 * i);
        }

        return bytes;
    }
}
