namespace RawFuse.Kernels;

/// <summary>Four output channels of a term's weights in the forward pass. Their number is a multiple of 4.</summary>
internal struct ForwardWeights : IGemmOperand<ForwardWeights, float>
{
    private int column, term;

    public static bool IsAlongTerms => false;

    public static ForwardWeights Start(GemmArgs a, int line, int term)
    {
        ForwardWeights found;
        found.column = line;
        found.term = term;
        return found;
    }

    public readonly Chunk<float> Load(GemmArgs a) => column < a.Columns && term < a.Depth ? a.Weights.ChunkAt(a.Set, (term * a.Columns) + column) : default;

    public readonly ForwardWeights Next(GemmArgs a, int terms)
    {
        ForwardWeights next = this;
        next.term += terms;
        return next;
    }
}

/// <summary>The same for any number of channels, a number at a time.</summary>
internal struct ForwardWeightElements : IGemmOperand<ForwardWeightElements, float>
{
    private int column, term;

    public static bool IsAlongTerms => false;

    public static ForwardWeightElements Start(GemmArgs a, int line, int term)
    {
        ForwardWeightElements found;
        found.column = line;
        found.term = term;
        return found;
    }

    public readonly Chunk<float> Load(GemmArgs a) => new(At(a, column), At(a, column + 1), At(a, column + 2), At(a, column + 3));

    public readonly ForwardWeightElements Next(GemmArgs a, int terms)
    {
        ForwardWeightElements next = this;
        next.term += terms;
        return next;
    }

    private readonly float At(GemmArgs a, int line) => line < a.Columns && term < a.Depth ? a.Weights.At(a.Set, (term * a.Columns) + line) : 0;
}

/// <summary>Four output channels, the terms, of an input channel's weights in the input gradient. The number of output channels is a multiple of 4.</summary>
internal struct GradientWeights : IGemmOperand<GradientWeights, float>
{
    private int line;
    private TapChannel tap;

    public static bool IsAlongTerms => true;

    public static GradientWeights Start(GemmArgs a, int line, int term)
    {
        GradientWeights found;
        found.line = line;
        found.tap = TapChannel.At(term, a.Shape.OutChannels, a.TapsAcross);
        return found;
    }

    public readonly Chunk<float> Load(GemmArgs a)
    {
        int index = IndexOf(a, line, tap);
        if (index < 0) return default;
        Chunk<float> w = a.Weights.ChunkAt(a.Set, index);
        if (a.TermScale.Length == 0) return w;
        Chunk<float> scale = a.TermScale.Cast<Chunk<float>>()[tap.Channel / 4];
        return new Chunk<float>(w.X * scale.X, w.Y * scale.Y, w.Z * scale.Z, w.W * scale.W);
    }

    /// <summary>Number of the weight of an input channel, a tap of the phase and an output channel; -1 for none.</summary>
    public static int IndexOf(GemmArgs a, int line, TapChannel tap)
    {
        GpuConv s = a.Shape;
        int y = a.FirstTapY + (tap.Y * a.Phases), x = a.FirstTapX + (tap.X * a.Phases);
        return line >= a.Columns || a.Depth == 0 || y >= s.KernelHeight ? -1 : (((((y * s.KernelWidth) + x) * s.InChannels) + line) * s.OutChannels) + tap.Channel;
    }

    public readonly GradientWeights Next(GemmArgs a, int terms)
    {
        GradientWeights next = this;
        next.tap = tap.Next(terms, a.Shape.OutChannels, a.TapsAcross);
        return next;
    }
}

/// <summary>The same for any number of channels, a number at a time.</summary>
internal struct GradientWeightElements : IGemmOperand<GradientWeightElements, float>
{
    private int line, term;

    public static bool IsAlongTerms => true;

    public static GradientWeightElements Start(GemmArgs a, int line, int term)
    {
        GradientWeightElements found;
        found.line = line;
        found.term = term;
        return found;
    }

    public readonly Chunk<float> Load(GemmArgs a) => new(At(a, term), At(a, term + 1), At(a, term + 2), At(a, term + 3));

    public readonly GradientWeightElements Next(GemmArgs a, int terms)
    {
        GradientWeightElements next = this;
        next.term += terms;
        return next;
    }

    private readonly float At(GemmArgs a, int k)
    {
        TapChannel tap = TapChannel.At(k, a.Shape.OutChannels, a.TapsAcross);
        int index = GradientWeights.IndexOf(a, line, tap);
        if (index < 0) return 0;
        float weight = a.Weights.At(a.Set, index);
        return a.TermScale.Length > 0 ? weight * a.TermScale[tap.Channel] : weight;
    }
}
