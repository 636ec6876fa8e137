using ILGPU;

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

    /// <summary>Number of the input's pixel that a tap meets in the forward pass; -1 for none.</summary>
    public readonly long ForwardPixel(GemmArgs a, TapChannel tap)
    {
        GpuConv s = a.Shape;
        int y = Top + tap.Y, x = Left + tap.X;
        return ImageRow < 0 || tap.Y >= s.KernelHeight || y < 0 || y >= s.InHeight || x < 0 || x >= s.InWidth ? -1 : ((ImageRow + y) * (long)s.InWidth) + x;
    }

    /// <summary>Number of the output gradient's pixel that a tap met; -1 for none.</summary>
    public readonly long BackwardPixel(GemmArgs a, TapChannel tap)
    {
        GpuConv s = a.Shape;
        int y = Top - tap.Y, x = Left - tap.X;
        bool isNone = ImageRow < 0 || a.Depth == 0 || a.FirstTapY + (tap.Y * a.Phases) >= s.KernelHeight || y < 0 || y >= s.OutHeight || x < 0 || x >= s.OutWidth;
        return isNone ? -1 : ((ImageRow + y) * (long)s.OutWidth) + x;
    }
}

/// <summary>Four channels of the pixel that a tap meets in the forward pass. The number of channels is a multiple of 4.</summary>
internal struct ForwardPixels : IPlainOperand<ForwardPixels, float>
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

    public static ArrayView<float> Words(GemmArgs a) => a.Source;

    public readonly long ChunkAt(GemmArgs a)
    {
        long pixel = line.ForwardPixel(a, tap);
        return pixel < 0 ? -1 : ((pixel * a.Shape.InChannels) + tap.Channel) / 4;
    }

    public readonly Chunk<float> Load(GemmArgs a) => a.Source.Cast<Chunk<float>>().AtOrZeros(ChunkAt(a));

    public readonly ForwardPixels Next(GemmArgs a, int terms)
    {
        ForwardPixels next = this;
        next.tap = tap.Next(terms, a.Shape.InChannels, a.TapsAcross);
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

    public readonly ForwardPixelElements Next(GemmArgs a, int terms)
    {
        ForwardPixelElements next = this;
        next.term += terms;
        return next;
    }

    private readonly float At(GemmArgs a, int k)
    {
        TapChannel tap = TapChannel.At(k, a.Shape.InChannels, a.TapsAcross);
        long pixel = line.ForwardPixel(a, tap);
        return pixel < 0 ? 0 : a.Source[(pixel * a.Shape.InChannels) + tap.Channel];
    }
}

/// <summary>Four channels of the output gradient's pixel that a tap met. The number of channels is a multiple of 4.</summary>
internal struct GradientPixels : IPlainOperand<GradientPixels, float>
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

    public static ArrayView<float> Words(GemmArgs a) => a.Source;

    public readonly long ChunkAt(GemmArgs a)
    {
        long pixel = line.BackwardPixel(a, tap);
        return pixel < 0 ? -1 : ((pixel * a.Shape.OutChannels) + tap.Channel) / 4;
    }

    public readonly Chunk<float> Load(GemmArgs a) => a.Source.Cast<Chunk<float>>().AtOrZeros(ChunkAt(a));

    public readonly GradientPixels Next(GemmArgs a, int terms)
    {
        GradientPixels next = this;
        next.tap = tap.Next(terms, a.Shape.OutChannels, a.TapsAcross);
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

    public readonly GradientPixelElements Next(GemmArgs a, int terms)
    {
        GradientPixelElements next = this;
        next.term += terms;
        return next;
    }

    private readonly float At(GemmArgs a, int k)
    {
        TapChannel tap = TapChannel.At(k, a.Shape.OutChannels, a.TapsAcross);
        long pixel = line.BackwardPixel(a, tap);
        return pixel < 0 ? 0 : a.Source[(pixel * a.Shape.OutChannels) + tap.Channel];
    }
}
