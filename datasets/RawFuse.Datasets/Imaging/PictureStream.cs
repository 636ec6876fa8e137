namespace RawFuse.Datasets;

/// <summary>
/// A picture's file for a decoder that trusts it: what a segment claims to hold is skipped, the end is a position at the end, none behind it, and zeros are taken
/// for bytes that are missing. So the position stays within the file, for the decoder would go on for ever behind it, and whether bytes were missing is kept.
/// </summary>
internal sealed class PictureStream(byte[] file) : MemoryStream(file, writable: false)
{
    /// <summary>Whether more was asked for than there is: the file was cut.</summary>
    public bool IsOverrun { get; private set; }

    /// <inheritdoc/>
    public override long Position
    {
        get => base.Position;
        set
        {
            IsOverrun |= value > Length;
            base.Position = Math.Clamp(value, 0, Length);
        }
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin loc) => Position = offset + loc switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => Position,
        _ => Length,
    };

    /// <inheritdoc/>
    public override int ReadByte()
    {
        int value = base.ReadByte();
        IsOverrun |= value < 0;
        return value;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        int read = base.Read(buffer, offset, count);
        IsOverrun |= read < count;
        return read;
    }
}
