namespace RawFuse.Datasets;

/// <summary>What an <see cref="Augmentation"/> does to one image in one epoch: its random numbers, and their application.</summary>
internal readonly struct DrawnAugmentation
{
    // t * 2 - 1 with t = byte / 255, in that order of operations.
    private static readonly float[] Scaled = [.. Enumerable.Range(0, 256).Select(value => value / 255f * 2f - 1f)];

    private readonly int height, width;
    private readonly int down, right;
    private readonly bool isMirrored;
    private readonly float scale;
    private readonly int shiftDown, shiftRight;
    private readonly int cutTop, cutLeft, cutSide;

    /// <summary>Draws the numbers.</summary>
    /// <param name="augmentation">What to draw.</param>
    /// <param name="height">Image height in pixels.</param>
    /// <param name="width">Image width in pixels.</param>
    /// <param name="random">The image's own stream. Later kinds of augmentation draw after the earlier ones, so that those of a seed stay what they were.</param>
    public DrawnAugmentation(Augmentation augmentation, int height, int width, RandomStream random)
    {
        this.height = height;
        this.width = width;
        int padding = augmentation.Padding;
        down = random.Next(2 * padding + 1) - padding;
        right = random.Next(2 * padding + 1) - padding;
        isMirrored = augmentation.Flip && random.Next(2) == 1;
        if (augmentation.Affine is { } affine)
        {
            scale = random.Range(affine.MinScale, affine.MaxScale);
            shiftDown = (int)MathF.Round(random.Range(-affine.Shift, affine.Shift) * height);
            shiftRight = (int)MathF.Round(random.Range(-affine.Shift, affine.Shift) * width);
        }

        if (augmentation.Cutout == 0) return;
        cutSide = augmentation.Cutout;
        cutTop = random.Next(height) - cutSide / 2;
        cutLeft = random.Next(width) - cutSide / 2;
    }

    private bool IsAffine => scale != 0;

    /// <summary>Writes the augmented image.</summary>
    /// <param name="source">[height, width, 3] bytes.</param>
    /// <param name="target">Receives [height, width, 3] values in [-1, 1].</param>
    public void Apply(ReadOnlySpan<byte> source, Span<float> target)
    {
        int rowSize = width * ImageSet.Channels;
        for (int y = 0; y < height; y++)
        {
            Span<float> row = target.Slice(y * rowSize, rowSize);
            int sourceY = SourceOf(y + down, shiftDown, height);
            if (sourceY < 0) row.Fill(Scaled[0]);
            else if (IsAffine) PickRow(source.Slice(sourceY * rowSize, rowSize), row);
            else ShiftRow(source.Slice(sourceY * rowSize, rowSize), row);
            if (isMirrored) Mirror(row);
            if (y >= cutTop && y < cutTop + cutSide) CutRow(row);
        }
    }

    /// <summary>The source row or column that shows at a place of the affine image; -1 for black.</summary>
    private int SourceOf(int place, int shift, int length)
    {
        if ((uint)place >= (uint)length) return -1;
        if (!IsAffine) return place;
        float middle = length / 2f, at = MathF.Floor((place + 0.5f - middle - shift) / scale + middle);
        return at >= 0 && at < length ? (int)at : -1;
    }

    private void PickRow(ReadOnlySpan<byte> source, Span<float> row)
    {
        for (int x = 0; x < width; x++)
        {
            int sourceX = SourceOf(x + right, shiftRight, width);
            for (int channel = 0; channel < ImageSet.Channels; channel++)
                row[x * ImageSet.Channels + channel] = Scaled[sourceX < 0 ? 0 : source[sourceX * ImageSet.Channels + channel]];
        }
    }

    /// <summary>row[x] = source[x + right], black outside the source.</summary>
    private void ShiftRow(ReadOnlySpan<byte> source, Span<float> row)
    {
        int first = Math.Clamp(-right, 0, width) * ImageSet.Channels, end = Math.Clamp(width - right, 0, width) * ImageSet.Channels;
        row[..first].Fill(Scaled[0]);
        row[end..].Fill(Scaled[0]);
        if (first >= end) return;

        ReadOnlySpan<byte> visible = source.Slice(first + right * ImageSet.Channels, end - first);
        Span<float> destination = row[first..end];
        float[] scaled = Scaled;
        for (int i = 0; i < destination.Length; i++) destination[i] = scaled[visible[i]];
    }

    private void CutRow(Span<float> row)
    {
        int first = Math.Max(cutLeft, 0), end = Math.Min(cutLeft + cutSide, width);
        row[(first * ImageSet.Channels)..(end * ImageSet.Channels)].Clear();
    }

    private static void Mirror(Span<float> row)
    {
        for (int left = 0, right = row.Length - ImageSet.Channels; left < right; left += ImageSet.Channels, right -= ImageSet.Channels)
            for (int channel = 0; channel < ImageSet.Channels; channel++)
                (row[left + channel], row[right + channel]) = (row[right + channel], row[left + channel]);
    }
}
