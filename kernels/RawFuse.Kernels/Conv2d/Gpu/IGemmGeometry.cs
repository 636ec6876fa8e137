namespace RawFuse.Kernels;

/// <summary>Which product of the batch, and where its pixels lie: one of a convolution's three passes.</summary>
internal interface IGemmGeometry
{
    /// <summary>Fills in what belongs to one product.</summary>
    static abstract GemmArgs OfBatch(GemmArgs args, int batch);
}

/// <summary>The forward pass: lines are output pixels and output channels, terms are taps and input channels.</summary>
internal readonly struct ForwardGeometry : IGemmGeometry
{
    public static GemmArgs OfBatch(GemmArgs args, int batch)
    {
        args.Depth = args.Shape.KernelHeight * args.Shape.KernelWidth * args.Shape.InChannels;
        args.First = batch * args.SetImages;
        args.Set = batch * args.Shape.WeightLength;
        args.LineHeight = args.Shape.OutHeight;
        args.LineWidth = args.Shape.OutWidth;
        args.TapsAcross = args.Shape.KernelWidth;
        return args;
    }
}

/// <summary>The input gradient: lines are input pixels of a phase and input channels, terms are the taps they meet and output channels.</summary>
internal readonly struct InputGradientGeometry : IGemmGeometry
{
    public static GemmArgs OfBatch(GemmArgs args, int batch)
    {
        GpuConv s = args.Shape;
        int phase = batch % (args.Phases * args.Phases), set = batch / (args.Phases * args.Phases);
        args.PhaseY = phase / args.Phases;
        args.PhaseX = phase % args.Phases;
        args.First = set * args.SetImages;
        args.Set = set * s.WeightLength;
        args.LineHeight = (s.InHeight - args.PhaseY + args.Phases - 1) / args.Phases;
        args.LineWidth = (s.InWidth - args.PhaseX + args.Phases - 1) / args.Phases;
        args.FirstTapY = (args.PhaseY + s.Padding) % args.Phases;
        args.FirstTapX = (args.PhaseX + s.Padding) % args.Phases;
        int down = (s.KernelHeight - args.FirstTapY + args.Phases - 1) / args.Phases;
        args.TapsAcross = (s.KernelWidth - args.FirstTapX + args.Phases - 1) / args.Phases;
        args.Depth = down * args.TapsAcross * s.OutChannels;
        return args;
    }
}

/// <summary>The weight gradient: lines are taps with input channels and output channels, terms are the output pixels of a share.</summary>
internal readonly struct WeightGradientGeometry : IGemmGeometry
{
    public static GemmArgs OfBatch(GemmArgs args, int batch)
    {
        int pixels = args.Shape.Images * args.Shape.OutHeight * args.Shape.OutWidth;
        args.First = batch * args.ShareDepth;
        args.Depth = pixels - args.First < args.ShareDepth ? pixels - args.First : args.ShareDepth;
        args.Set = batch;
        return args;
    }
}
