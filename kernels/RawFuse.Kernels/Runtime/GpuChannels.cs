namespace RawFuse.Kernels;

/// <summary>Launches the form of a kernel over <see cref="IChannels{TSelf}"/> that suits a number of channels.</summary>
internal static class GpuChannels
{
    /// <summary>Launches one form or the other, a thread for every chunk.</summary>
    /// <param name="device">The device.</param>
    /// <param name="channels">Channels of a pixel.</param>
    /// <param name="count">Numbers to write, of whole pixels.</param>
    /// <param name="chunks">The kernel over <see cref="Float4"/>.</param>
    /// <param name="singles">The kernel over <see cref="Float1"/>.</param>
    /// <param name="args">Its argument.</param>
    public static void Launch<TArgs>(GpuDevice device, int channels, long count, Action<TArgs> chunks, Action<TArgs> singles, TArgs args)
        where TArgs : struct
    {
        if (channels % 4 == 0) device.Launch(chunks, count / 4, args);
        else device.Launch(singles, count, args);
    }
}
