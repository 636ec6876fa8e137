namespace RawFuse.Kernels;

/// <summary>
/// The pixels that a line's taps meet: where a line's first tap meets the source, and which tap and channel a chunk is at. In the forward pass taps go down and right through the
/// source, in the input gradient up and left.
/// </summary>
internal struct PixelLine
{
    /// <summary>Row of all images' rows that the line's image starts at; -1 if there is no such line.</summary>
    public int ImageRow;
    public int Top;
    public int Left;

    /// <summary>The forward pass: the output pixel number <paramref name="line"/> of the set.</summary>
    public static PixelLine Forward(GemmArgs a, int line)
    {
        GpuConv s = a.Shape;
        PixelLine found;
        found.Left = (line % a.LineWidth * s.Stride) - s.Padding;
        found.Top = (line / a.LineWidth % a.LineHeight * s.Stride) - s.Padding;
        int image = line / a.LineWidth / a.LineHeight;
        found.ImageRow = image < a.SetImages ? (a.First + image) * s.InHeight : -1;
        return found;
    }

    /// <summary>The input gradient: the input pixel number <paramref name="line"/> of the set and phase.</summary>
    public static PixelLine Backward(GemmArgs a, int line)
    {
        GpuConv s = a.Shape;
        PixelLine found;
        found.ImageRow = -1;
        found.Left = found.Top = 0;
        if (a.LineHeight < 1 || a.LineWidth < 1) return found;
        found.Left = (line % a.LineWidth) + ((a.PhaseX + s.Padding - a.FirstTapX) / a.Phases);
        found.Top = (line / a.LineWidth % a.LineHeight) + ((a.PhaseY + s.Padding - a.FirstTapY) / a.Phases);
        int image = line / a.LineWidth / a.LineHeight;
        if (image < a.SetImages) found.ImageRow = (a.First + image) * s.OutHeight;
        return found;
    }
}

/// <summary>Four channels of the pixel that a tap meets in the forward pass. The number of channels is a multiple of 4.</summary>
internal struct ForwardPixels : IGemmOperand<ForwardPixels, float>
{
    private PixelLine line;
    private TapChannel tap;

    public static bool IsAlongTerms => true;

    public static ForwardPixels Start(GemmArgs a, int line, int term)
    {
        ForwardPixels found;
        found.line = PixelLine.Forward(a, line);
        found.tap = TapChannel.At(term, a.Shape.InChannels, a.TapsAcross);
        return found;
    }

    public readonly Chunk<float> Load(GemmArgs a)
    {
        int y = line.Top + tap.Y, x = line.Left + tap.X;
        if (line.ImageRow < 0 || tap.Y >= a.Shape.KernelHeight || y < 0 || y >= a.Shape.InHeight || x < 0 || x >= a.Shape.InWidth) return default;
        return a.Source.Cast<Chunk<float>>()[((((line.ImageRow + y) * (long)a.Shape.InWidth) + x) * a.Shape.InChannels + tap.Channel) / 4];
    }

    public readonly ForwardPixels Next(GemmArgs a)
    {
        ForwardPixels next = this;
        next.tap = tap.Next(GpuGemm.StepDepth, a.Shape.InChannels, a.TapsAcross);
        return next;
    }
}

/// <summary>The same for any number of channels, a number at a time.</summary>
internal struct ForwardPixelElements : IGemmOperand<ForwardPixelElements, float>
{
    private PixelLine line;
    private int term;

    public static bool IsAlongTerms => true;

    public static ForwardPixelElements Start(GemmArgs a, int line, int term)
    {
        ForwardPixelElements found;
        found.line = PixelLine.Forward(a, line);
        found.term = term;
        return found;
    }

    public readonly Chunk<float> Load(GemmArgs a) => new(At(a, term), At(a, term + 1), At(a, term + 2), At(a, term + 3));

    public readonly ForwardPixelElements Next(GemmArgs a)
    {
        ForwardPixelElements next = this;
        next.term += GpuGemm.StepDepth;
        return next;
    }

    private readonly float At(GemmArgs a, int k)
    {
        int channel = k % a.Shape.InChannels, tap = k / a.Shape.InChannels, y = line.Top + (tap / a.TapsAcross), x = line.Left + (tap % a.TapsAcross);
        if (line.ImageRow < 0 || k >= a.Depth || y < 0 || y >= a.Shape.InHeight || x < 0 || x >= a.Shape.InWidth) return 0;
        return a.Source[(((line.ImageRow + y) * (long)a.Shape.InWidth) + x) * a.Shape.InChannels + channel];
    }
}

/// <summary>Four channels of the output gradient's pixel that a tap met. The number of channels is a multiple of 4.</summary>
internal struct GradientPixels : IGemmOperand<GradientPixels, float>
{
    private PixelLine line;
    private TapChannel tap;

    public static bool IsAlongTerms => true;

    public static GradientPixels Start(GemmArgs a, int line, int term)
    {
        GradientPixels found;
        found.line = PixelLine.Backward(a, line);
        found.tap = TapChannel.At(term, a.Shape.OutChannels, a.TapsAcross);
        return found;
    }

    public readonly Chunk<float> Load(GemmArgs a)
    {
        int y = line.Top - tap.Y, x = line.Left - tap.X;
        if (line.ImageRow < 0 || a.FirstTapY + (tap.Y * a.Phases) >= a.Shape.KernelHeight || y < 0 || y >= a.Shape.OutHeight || x < 0 || x >= a.Shape.OutWidth || a.Depth == 0) return default;
        return a.Source.Cast<Chunk<float>>()[((((line.ImageRow + y) * (long)a.Shape.OutWidth) + x) * a.Shape.OutChannels + tap.Channel) / 4];
    }

    public readonly GradientPixels Next(GemmArgs a)
    {
        GradientPixels next = this;
        next.tap = tap.Next(GpuGemm.StepDepth, a.Shape.OutChannels, a.TapsAcross);
        return next;
    }
}

/// <summary>The same for any number of channels, a number at a time.</summary>
internal struct GradientPixelElements : IGemmOperand<GradientPixelElements, float>
{
    private PixelLine line;
    private int term;

    public static bool IsAlongTerms => true;

    public static GradientPixelElements Start(GemmArgs a, int line, int term)
    {
        GradientPixelElements found;
        found.line = PixelLine.Backward(a, line);
        found.term = term;
        return found;
    }

    public readonly Chunk<float> Load(GemmArgs a) => new(At(a, term), At(a, term + 1), At(a, term + 2), At(a, term + 3));

    public readonly GradientPixelElements Next(GemmArgs a)
    {
        GradientPixelElements next = this;
        next.term += GpuGemm.StepDepth;
        return next;
    }

    private readonly float At(GemmArgs a, int k)
    {
        if (line.ImageRow < 0 || k >= a.Depth) return 0;
        int channel = k % a.Shape.OutChannels, tap = k / a.Shape.OutChannels, y = line.Top - (tap / a.TapsAcross), x = line.Left - (tap % a.TapsAcross);
        if (y < 0 || y >= a.Shape.OutHeight || x < 0 || x >= a.Shape.OutWidth) return 0;
        return a.Source[(((line.ImageRow + y) * (long)a.Shape.OutWidth) + x) * a.Shape.OutChannels + channel];
    }
}
