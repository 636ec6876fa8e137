using ILGPU;

namespace RawFuse.Kernels;

/// <summary>An output pixel of the weight gradient's share: a term.</summary>
internal struct TermPixel
{
    public int Term;
    public int Image;
    public int Y;
    public int X;

    public static TermPixel Start(GemmArgs a, int term)
    {
        int pixel = a.First + term;
        TermPixel found;
        found.Term = term;
        found.X = pixel % a.Shape.OutWidth;
        found.Y = pixel / a.Shape.OutWidth % a.Shape.OutHeight;
        found.Image = pixel / a.Shape.OutWidth / a.Shape.OutHeight;
        return found;
    }

    public readonly TermPixel Next(GemmArgs a, int terms)
    {
        TermPixel next = this;
        next.Term += terms;
        next.X += terms;
        while (next.X >= a.Shape.OutWidth)
        {
            next.X -= a.Shape.OutWidth;
            next.Y++;
            if (next.Y < a.Shape.OutHeight) continue;
            next.Y = 0;
            next.Image++;
        }

        return next;
    }

    /// <summary>Number of the input's pixel that a tap meets there; -1 for none.</summary>
    public readonly long Meets(GemmArgs a, int tapY, int tapX)
    {
        GpuConv s = a.Shape;
        int y = (Y * s.Stride) + tapY - s.Padding, x = (X * s.Stride) + tapX - s.Padding;
        if (Term >= a.Depth || tapY >= s.KernelHeight || y < 0 || y >= s.InHeight || x < 0 || x >= s.InWidth) return -1;
        return (((Image * (long)s.InHeight) + y) * s.InWidth) + x;
    }
}

/// <summary>The inputs that four input channels of a tap meet at an output pixel. The number of input channels is a multiple of 4.</summary>
internal struct TapPixels : IPlainOperand<TapPixels, float>
{
    private TermPixel pixel;
    private int channel, tapY, tapX;

    public static bool IsAlongTerms => false;

    public static TapPixels Start(GemmArgs a, int line, int term)
    {
        TapPixels found;
        found.pixel = TermPixel.Start(a, term);
        found.channel = line % a.Shape.InChannels;
        int tap = line / a.Shape.InChannels;
        found.tapX = tap % a.Shape.KernelWidth;
        found.tapY = tap / a.Shape.KernelWidth;
        return found;
    }

    public static ArrayView<float> Words(GemmArgs a) => a.Source;

    public readonly long ChunkAt(GemmArgs a)
    {
        long met = pixel.Meets(a, tapY, tapX);
        return met < 0 ? -1 : ((met * a.Shape.InChannels) + channel) / 4;
    }

    public readonly Chunk<float> Load(GemmArgs a) => a.Source.Cast<Chunk<float>>().AtOrZeros(ChunkAt(a));

    public readonly TapPixels Next(GemmArgs a, int terms)
    {
        TapPixels next = this;
        next.pixel = pixel.Next(a, terms);
        return next;
    }
}

/// <summary>The same for any number of channels, a number at a time.</summary>
internal struct TapPixelElements : IGemmOperand<TapPixelElements, float>
{
    private TermPixel pixel;
    private int line;

    public static bool IsAlongTerms => false;

    public static TapPixelElements Start(GemmArgs a, int line, int term)
    {
        TapPixelElements found;
        found.pixel = TermPixel.Start(a, term);
        found.line = line;
        return found;
    }

    public readonly Chunk<float> Load(GemmArgs a) => new(At(a, line), At(a, line + 1), At(a, line + 2), At(a, line + 3));

    public readonly TapPixelElements Next(GemmArgs a, int terms)
    {
        TapPixelElements next = this;
        next.pixel = pixel.Next(a, terms);
        return next;
    }

    private readonly float At(GemmArgs a, int at)
    {
        int tap = at / a.Shape.InChannels;
        long met = pixel.Meets(a, tap / a.Shape.KernelWidth, tap % a.Shape.KernelWidth);
        return met < 0 ? 0 : a.Source[(met * a.Shape.InChannels) + (at % a.Shape.InChannels)];
    }
}

/// <summary>Four output channels of an output pixel's gradient. The number of output channels is a multiple of 4.</summary>
internal struct PixelGradients : IPlainOperand<PixelGradients, float>
{
    private int column, term;

    public static bool IsAlongTerms => false;

    public static PixelGradients Start(GemmArgs a, int line, int term)
    {
        PixelGradients found;
        found.column = line;
        found.term = term;
        return found;
    }

    public static ArrayView<float> Words(GemmArgs a) => a.Gradient;

    public readonly long ChunkAt(GemmArgs a) => column < a.Columns && term < a.Depth ? (((a.First + term) * (long)a.Columns) + column) / 4 : -1;

    public readonly Chunk<float> Load(GemmArgs a) => a.Gradient.Cast<Chunk<float>>().AtOrZeros(ChunkAt(a));

    public readonly PixelGradients Next(GemmArgs a, int terms)
    {
        PixelGradients next = this;
        next.term += terms;
        return next;
    }
}

/// <summary>The same for any number of channels, a number at a time.</summary>
internal struct PixelGradientElements : IGemmOperand<PixelGradientElements, float>
{
    private int column, term;

    public static bool IsAlongTerms => false;

    public static PixelGradientElements Start(GemmArgs a, int line, int term)
    {
        PixelGradientElements found;
        found.column = line;
        found.term = term;
        return found;
    }

    public readonly Chunk<float> Load(GemmArgs a) => new(At(a, column), At(a, column + 1), At(a, column + 2), At(a, column + 3));

    public readonly PixelGradientElements Next(GemmArgs a, int terms)
    {
        PixelGradientElements next = this;
        next.term += terms;
        return next;
    }

    private readonly float At(GemmArgs a, int line) => line < a.Columns && term < a.Depth ? a.Gradient[((a.First + term) * (long)a.Columns) + line] : 0;
}
