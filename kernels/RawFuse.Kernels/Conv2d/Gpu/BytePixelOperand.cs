using ILGPU;

namespace RawFuse.Kernels;

/// <summary>The forward pass on bytes: a term is four of them, in the order of taps and channels.</summary>
internal readonly struct ByteGeometry : IGemmGeometry
{
    public const int TermBytes = 4;

    public static GemmArgs OfBatch(GemmArgs args, int batch)
    {
        args = ForwardGeometry.OfBatch(args, batch);
        args.Depth = (args.Depth + TermBytes - 1) / TermBytes;
        return args;
    }
}

/// <summary>Sixteen channels of the pixel that a tap meets. The number of channels is a multiple of 16.</summary>
internal struct BytePixels : IPlainOperand<BytePixels, int>
{
    private PixelLine line;
    private TapChannel tap;

    public static bool IsAlongTerms => true;

    public static BytePixels Start(GemmArgs a, int line, int term)
    {
        BytePixels found;
        found.line = PixelLine.Forward(a, line);
        found.tap = TapChannel.At(term * ByteGeometry.TermBytes, a.Shape.InChannels, a.TapsAcross);
        return found;
    }

    public static ArrayView<float> Words(GemmArgs a) => a.Int8.Source.Cast<float>();

    public readonly long ChunkAt(GemmArgs a)
    {
        long pixel = line.ForwardPixel(a, tap);
        return pixel < 0 ? -1 : ((pixel * a.Shape.InChannels) + tap.Channel) / 16;
    }

    public readonly Chunk<int> Load(GemmArgs a) => a.Int8.Source.Cast<Chunk<int>>().AtOrZeros(ChunkAt(a));

    public readonly BytePixels Next(GemmArgs a, int terms)
    {
        BytePixels next = this;
        next.tap = tap.Next(terms * ByteGeometry.TermBytes, a.Shape.InChannels, a.TapsAcross);
        return next;
    }
}

/// <summary>The same for any number of channels, a byte at a time.</summary>
internal struct BytePixelElements : IGemmOperand<BytePixelElements, int>
{
    private PixelLine line;
    private int term;

    public static bool IsAlongTerms => true;

    public static BytePixelElements Start(GemmArgs a, int line, int term)
    {
        BytePixelElements found;
        found.line = PixelLine.Forward(a, line);
        found.term = term;
        return found;
    }

    public readonly Chunk<int> Load(GemmArgs a) => new(At(a, term), At(a, term + 1), At(a, term + 2), At(a, term + 3));

    public readonly BytePixelElements Next(GemmArgs a, int terms)
    {
        BytePixelElements next = this;
        next.term += terms;
        return next;
    }

    private readonly int At(GemmArgs a, int t)
    {
        int bytes = 0;
        for (int i = 0; i < ByteGeometry.TermBytes; i++) bytes |= ByteAt(a, (t * ByteGeometry.TermBytes) + i) << (8 * i);
        return bytes;
    }

    private readonly int ByteAt(GemmArgs a, int number)
    {
        TapChannel tap = TapChannel.At(number, a.Shape.InChannels, a.TapsAcross);
        long pixel = line.ForwardPixel(a, tap);
        return pixel < 0 ? 0 : a.Int8.Source[(pixel * a.Shape.InChannels) + tap.Channel];
    }
}
