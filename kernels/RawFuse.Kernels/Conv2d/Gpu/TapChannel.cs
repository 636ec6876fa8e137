namespace RawFuse.Kernels;

/// <summary>Which tap and which of its channels a term is: terms go through a tap's channels, then along a row of taps, then to the next row.</summary>
internal struct TapChannel
{
    public int Channel;
    public int Y;
    public int X;

    /// <summary>The place of a term.</summary>
    /// <param name="term">Which.</param>
    /// <param name="channels">Channels of a tap.</param>
    /// <param name="across">Taps in a row; where there are none, no term is asked for.</param>
    public static TapChannel At(int term, int channels, int across)
    {
        int tap = term / channels, row = across > 0 ? across : 1;
        TapChannel found;
        found.Channel = term - (tap * channels);
        found.Y = tap / row;
        found.X = tap - (found.Y * row);
        return found;
    }

    /// <summary>The place so many terms further.</summary>
    public readonly TapChannel Next(int terms, int channels, int across)
    {
        TapChannel next = this;
        next.Channel += terms;
        while (next.Channel >= channels)
        {
            next.Channel -= channels;
            next.X++;
            if (next.X < across) continue;
            next.X = 0;
            next.Y++;
        }

        return next;
    }
}
