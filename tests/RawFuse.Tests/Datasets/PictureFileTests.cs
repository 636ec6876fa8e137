using System.Buffers.Binary;
using System.Text;
using RawFuse.Datasets;
using RawFuse.Tests.Serialization;

namespace RawFuse.Tests.Datasets;

/// <summary>The decoders of JPEG, PNG and PPM files, on good files and on hostile ones.</summary>
public sealed class PictureFileTests : IDisposable
{
    private const int Width = 37, Height = 29;
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void PngIsExactAndJpegNearly()
    {
        byte[] pixels = PictureBytes.Smooth(Width, Height);
        RgbImage png = Read(PictureBytes.Png(Width, Height, pixels)), jpeg = Read(PictureBytes.Jpeg(Width, Height, pixels));
        Assert.Equal((Width, Height), (png.Width, png.Height));
        Assert.Equal(pixels, png.Pixels);
        Assert.Equal((Width, Height), (jpeg.Width, jpeg.Height));
        Assert.All(pixels.Zip(jpeg.Pixels), pair => Assert.InRange(pair.Second - pair.First, -12, 12));
        Assert.InRange(pixels.Zip(jpeg.Pixels, (a, b) => Math.Abs(a - b)).Average(), 0, 2);
    }

    [Fact]
    public void GreyBecomesRgbAndTransparencyIsDropped()
    {
        byte[] grey = [.. Enumerable.Range(0, 12).Select(i => (byte)(20 * i))];
        Assert.Equal(grey.SelectMany(value => new[] { value, value, value }), Read(PictureBytes.Png(4, 3, grey, channels: 1)).Pixels);
        Assert.Equal([1, 2, 3, 5, 6, 7], Read(PictureBytes.Png(2, 1, [1, 2, 3, 4, 5, 6, 7, 8], channels: 4)).Pixels);
    }

    /// <summary>The decoder alone takes most of these, or never returns.</summary>
    [Theory]
    [InlineData("jpeg")]
    [InlineData("png")]
    public void EveryCutFileIsRefused(string format)
    {
        byte[] pixels = PictureBytes.Smooth(Width, Height), good = format == "png" ? PictureBytes.Png(Width, Height, pixels) : PictureBytes.Jpeg(Width, Height, pixels);
        for (int length = 0; length < good.Length; length++)
            Refusal.Of(() => Read(good[..length]), "x.bin'", "expected a JPEG or PNG image");
    }

    [Theory]
    [InlineData("jpeg")]
    [InlineData("png")]
    public void DamagedFilesAreReadOrRefused(string format)
    {
        byte[] pixels = PictureBytes.Smooth(Width, Height), good = format == "png" ? PictureBytes.Png(Width, Height, pixels) : PictureBytes.Jpeg(Width, Height, pixels);
        var random = new Random(4);
        int refused = 0;
        for (int n = 0; n < 300; n++)
        {
            var bad = (byte[])good.Clone();
            for (int i = random.Next(1, 6); i > 0; i--) bad[random.Next(2, Math.Min(700, bad.Length))] = (byte)random.Next(256);
            try
            {
                Read(bad);
            }
            catch (DatasetException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 20, 300);
    }

    [Theory]
    [InlineData(0, 8, "cannot be decoded")]
    [InlineData(65_535, 65_535, "cannot be decoded")]
    [InlineData(70_000, 1, "has 70000x1 pixels; expected a width and height from 1 to 65535")]
    [InlineData(9_000, 8_000, "has 9000x8000 pixels; expected a width and height from 1 to 65535 and at most 67108864 pixels")]
    public void AbsurdSizesAreRefusedBeforeMemoryIsTaken(int width, int height, string part)
    {
        byte[] file = PictureBytes.Png(4, 4, new byte[48]);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(20), height);
        Refusal.Of(() => Read(file), "x.bin'", part);
    }

    [Fact]
    public void OtherFormatsAreRefused()
    {
        Refusal.Of(() => Read("GIF89a..........."u8.ToArray()), "x.bin' is not of a known format; expected a JPEG or PNG image");
        Refusal.Of(() => Read([0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 24, 0, 1, 2, 3]), "x.bin' is not of a known format; expected a JPEG or PNG image");
        Refusal.Of(() => PictureFile.Read("set", folder.File("absent")), "set file", "absent' does not exist; expected a JPEG or PNG image");
    }

    [Fact]
    public void PpmHeadersMayHaveComments()
    {
        RgbImage image = ReadPpm("P6 # wide\n# and low\n2\t1\n255\n", 1, 2, 3, 4, 5, 6);
        Assert.Equal((2, 1), (image.Width, image.Height));
        Assert.Equal([1, 2, 3, 4, 5, 6], image.Pixels);
    }

    [Theory]
    [InlineData("P5 1 1 255\n", 3, "does not begin with 'P6'")]
    [InlineData("", 0, "does not begin with 'P6'")]
    [InlineData("P6", 0, "has no width at byte 2")]
    [InlineData("P6 1", 0, "has no width at byte 3")]
    [InlineData("P6 1 x 255\n", 3, "has no height at byte 5")]
    [InlineData("P6 1 -1 255\n", 3, "has no height at byte 5")]
    [InlineData("P6 # 1 1 255", 3, "has no width at byte")]
    [InlineData("P6 99999999999 1 255\n", 3, "has no width at byte 3")]
    [InlineData("P6 0 1 255\n", 0, "has 0x1 pixels; expected a width and height from 1")]
    [InlineData("P6 65535 65535 255\n", 3, "has 65535x65535 pixels; expected")]
    [InlineData("P6 1 1 65535\n", 6, "has values up to 65535; expected")]
    [InlineData("P6 1 1 0\n", 3, "has values up to 0; expected")]
    [InlineData("P6 1 1 255\n", 2, "has 2 bytes after its header; expected 3 for 1x1 pixels")]
    [InlineData("P6 1 1 255\n", 4, "has 4 bytes after its header; expected 3")]
    public void BadPpmFilesAreRefused(string header, int bytes, string part) => Refusal.Of(() => ReadPpm(header, new byte[bytes]), "Image '", "x.ppm'", part);

    private RgbImage Read(byte[] file) => PictureFile.Read("set", folder.File("x.bin", file));

    private RgbImage ReadPpm(string header, params byte[] pixels) => PpmFile.Read("set", folder.File("x.ppm", [.. Encoding.ASCII.GetBytes(header), .. pixels]));
}
