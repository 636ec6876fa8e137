using RawFuse.Datasets;

namespace RawFuse.Tests.Datasets;

/// <summary>Affine augmentation and cutout against naive references, which find the random numbers again in the pictures.</summary>
public sealed class AugmentationTests
{
    private const int Height = 10, Width = 14;

    /// <summary>
    /// Pixels carry their own row and column, so that each tells where it came from: by the definition of the inverse map, at the nearest source pixel. Every image
    /// must be that of some shift in whole pixels and of a scale within the limits.
    /// </summary>
    [Fact]
    public void EveryImageIsAShiftAndAScaleOfTheNaiveReference()
    {
        byte[] source = Numbered();
        var loader = new BatchLoader(Set(source), 1, seed: 3, new Augmentation(0, Flip: false) { Affine = new RandomAffine(0.35f, 0.65f, 1.35f) });
        var shifts = new HashSet<(int Down, int Right)>();
        double least = double.MaxValue, most = 0;
        for (int epoch = 0; epoch < 400; epoch++)
        {
            float[] image = Fill(loader, epoch);
            (int Down, int Right, double Scale)? found = null;
            for (double scale = 0.65; scale <= 1.3505 && found is null; scale += 0.0025)
                for (int down = -4; down <= 4 && found is null; down++)
                    for (int right = -5; right <= 5 && found is null; right++)
                        if (IsMapped(image, source, down, right, scale)) found = (down, right, scale);
            Assert.True(found is not null, $"epoch {epoch}");
            shifts.Add((found.Value.Down, found.Value.Right));
            (least, most) = (Math.Min(least, found.Value.Scale), Math.Max(most, found.Value.Scale));
        }

        Assert.Contains(shifts, shift => shift.Down <= -3);
        Assert.Contains(shifts, shift => shift.Down >= 3);
        Assert.Contains(shifts, shift => shift.Right <= -4);
        Assert.Contains(shifts, shift => shift.Right >= 4);
        Assert.InRange(least, 0.65, 0.75);
        Assert.InRange(most, 1.2, 1.36);
    }

    /// <summary>Scale 1 and no shift is no augmentation, and leaves crops and mirror images as they are without it.</summary>
    [Fact]
    public void CropAndMirrorComeAfterTheAffineMap()
    {
        ImageSet images = Set(Numbered());
        var plain = new BatchLoader(images, 1, seed: 3, Augmentation.Cifar);
        var identity = new BatchLoader(images, 1, seed: 3, Augmentation.Cifar with { Affine = new RandomAffine(0, 1, 1) });
        for (int epoch = 0; epoch < 100; epoch++) Assert.Equal(Fill(plain, epoch), Fill(identity, epoch));

        // Twice as large: a crop shifts whole pixels of the result.
        var large = new BatchLoader(images, 1, seed: 3, Augmentation.Cifar with { Affine = new RandomAffine(0, 2, 2) });
        float[] enlarged = Fill(new BatchLoader(images, 1, seed: 3, Augmentation.None with { Affine = new RandomAffine(0, 2, 2) }), 0);
        var cropped = new BatchLoader(new ImageSet("large", Height, Width, [.. enlarged.Select(value => (byte)Math.Round((value + 1) * 127.5f))], [0], ["only"]), 1, seed: 3, Augmentation.Cifar);
        for (int epoch = 0; epoch < 100; epoch++) Assert.Equal(Fill(cropped, epoch), Fill(large, epoch));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(100)]
    public void CutoutIsAGreySquareAboutAnyPixel(int side)
    {
        ImageSet images = Set(Numbered());
        var plain = new BatchLoader(images, 1, seed: 3, Augmentation.Cifar);
        var cut = new BatchLoader(images, 1, seed: 3, Augmentation.Cifar with { Cutout = side });
        var centers = new Dictionary<(int, int), int>();
        for (int y = 0; y < Height; y++)
            for (int x = 0; x < Width; x++) centers[(y, x)] = 0;

        const int Epochs = 3000;
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            float[] before = Fill(plain, epoch), after = Fill(cut, epoch);
            (int Y, int X)[] fitting = [.. centers.Keys.Where(center => IsCut(before, after, center, side))];
            Assert.NotEmpty(fitting);
            if (fitting.Length == 1) centers[fitting[0]]++;
        }

        // Without overlap of the border every centre is told apart; 3000 draws of 140 centres are 21 of each, give or take 5.
        if (side < 10) Assert.All(centers.Values, count => Assert.InRange(count, 3, 50));
    }

    private static bool IsCut(float[] before, float[] after, (int Y, int X) center, int side)
    {
        int top = center.Y - (side / 2), left = center.X - (side / 2);
        for (int i = 0; i < after.Length; i++)
        {
            (int y, int x) = (i / 3 / Width, i / 3 % Width);
            bool isInside = y >= top && y < top + side && x >= left && x < left + side;
            if (after[i] != (isInside ? 0 : before[i])) return false;
        }

        return true;
    }

    private static bool IsMapped(float[] image, byte[] source, int down, int right, double scale)
    {
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                double v = Math.Floor(((y + 0.5 - (Height / 2.0) - down) / scale) + (Height / 2.0)), u = Math.Floor(((x + 0.5 - (Width / 2.0) - right) / scale) + (Width / 2.0));
                bool isBlack = v < 0 || v >= Height || u < 0 || u >= Width;
                int expected = isBlack ? 0 : source[(int)((v * Width) + u) * 3];
                if (image[((y * Width) + x) * 3] != (expected / 255f * 2) - 1) return false;
            }
        }

        return true;
    }

    /// <summary>No pixel is black, and all are different.</summary>
    private static byte[] Numbered() => [.. Enumerable.Range(0, Height * Width * 3).Select(i => (byte)(1 + (i / 3)))];

    private static ImageSet Set(byte[] pixels) => new("numbered", Height, Width, pixels, [0], ["only"]);

    private static float[] Fill(BatchLoader loader, int epoch)
    {
        var nhwc = new float[Height * Width * 3];
        loader.Fill([0], epoch, nhwc, new int[1]);
        return nhwc;
    }
}
