using System.Formats.Tar;
using RawFuse.Datasets.Download;
using RawFuse.Tests.Serialization;

namespace RawFuse.Tests.Datasets;

/// <summary>What comes out of archives, and what must not.</summary>
public sealed class DownloadUnpackTests : IDisposable
{
    private static readonly byte[] Content = ArchiveBytes.Noise(1, 300_000);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void FilesOfATarComeOut() => Holds("a.tar.gz", ArchiveBytes.TarGz(("top/one.bin", Content), ("./top/sub/two.bin", [1, 2])), ("top/one.bin", Content), ("top/sub/two.bin", [1, 2]));

    [Fact]
    public void FilesOfAZipComeOut() => Holds("a.zip", ArchiveBytes.Zip(("top/", [], 0x41ED), ("top/one.bin", Content, 0x81A4), ("two.csv", [3], 0)), ("top/one.bin", Content), ("two.csv", [3]));

    [Fact]
    public void ACompressedFileComesOutUnderItsName() => Holds("labels-idx1-ubyte.gz", ArchiveBytes.Gzip(Content), ("labels-idx1-ubyte", Content));

    [Theory]
    [InlineData("../out.bin")]
    [InlineData("top/../../out.bin")]
    [InlineData("/tmp/rawfuse-out.bin")]
    [InlineData("top\\..\\..\\out.bin")]
    [InlineData("C:/out.bin")]
    [InlineData("top//out.bin")]
    public void PathsThatLeadOutAreRefused(string name)
    {
        IsRefused("a.zip", ArchiveBytes.Zip((name, [1], 0)), $"entry '{name}' may lead out of its folder");
        IsRefused("a.tar.gz", ArchiveBytes.TarGz((name, [1])), $"entry '{name}' may lead out of its folder");
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    public void LinksInATarAreRefused(TarEntryType type) =>
        IsRefused("a.tar.gz", ArchiveBytes.TarGz(new PaxTarEntry(type, "link") { LinkName = "/etc" }), $"entry 'link' is of type {type}");

    [Fact]
    public void DevicesInATarAreRefused() =>
        IsRefused("a.tar.gz", ArchiveBytes.TarGz(new PaxTarEntry(TarEntryType.Fifo, "pipe")), "entry 'pipe' is of type Fifo");

    [Fact]
    public void LinksInAZipAreRefused() => IsRefused("a.zip", ArchiveBytes.Zip(("link", "/etc"u8.ToArray(), 0xA1FF)), "entry 'link' is a link or device");

    [Fact]
    public void AFileThatIsThereTwiceIsRefused() =>
        Assert.Throws<IOException>(() => Unpack("a.tar.gz", ArchiveBytes.TarGz(("one.bin", [1]), ("one.bin", [2])), UnpackLimits.Standard));

    [Theory]
    [InlineData("a.tar.gz")]
    [InlineData("a.zip")]
    [InlineData("a.gz")]
    public void ABombStopsAtTheLimit(string name)
    {
        var zeros = new byte[10_000_000];
        byte[] archive = name switch
        {
            "a.tar.gz" => ArchiveBytes.TarGz(("zeros", zeros)),
            "a.zip" => ArchiveBytes.Zip(("zeros", zeros, 0)),
            _ => ArchiveBytes.Gzip(zeros),
        };
        Assert.True(archive.Length < 200_000);

        IsRefused(name, archive, "expected at most 1000000 bytes", new UnpackLimits(1_000_000, 10));

        Assert.True(Written().Sum(file => new FileInfo(file).Length) <= 1_000_000);
    }

    [Fact]
    public void TooManyFilesAreRefused() => IsRefused(
        "a.zip", ArchiveBytes.Zip([.. Enumerable.Range(0, 11).Select(i => ($"{i}", new byte[1], 0))]), "entry '10' is one file too many; expected at most 10",
        new UnpackLimits(1_000_000, 10));

    [Theory]
    [InlineData("a.tar.gz")]
    [InlineData("a.zip")]
    [InlineData("a.gz")]
    public void WhatIsNoArchiveIsSaid(string name) => IsRefused(name, ArchiveBytes.Noise(4, 5000), $"{name}' cannot be unpacked: ", refusal: "");

    private void Holds(string name, byte[] archive, params (string Name, byte[] Content)[] files)
    {
        Unpack(name, archive, UnpackLimits.Standard);
        Assert.Equal(files.Length, Written().Length);
        Assert.All(files, file => Assert.Equal(file.Content, File.ReadAllBytes(Path.Combine(folder.File("out"), file.Name))));
    }

    private void IsRefused(string name, byte[] archive, string fragment, UnpackLimits? limits = null, string refusal = "The archive is refused: ")
    {
        string message = Assert.Throws<DownloadException>(() => Unpack(name, archive, limits ?? UnpackLimits.Standard)).Message;
        Assert.StartsWith(refusal, message);
        Assert.Contains(fragment, message);
        Assert.Equal([name, "out"], folder.Names);
        File.Delete(folder.File(name));
    }

    private void Unpack(string name, byte[] archive, UnpackLimits limits)
    {
        string target = Directory.CreateDirectory(folder.File("out")).FullName;
        new ArchiveUnpacker(target, limits, null, CancellationToken.None).Unpack(folder.File(name, archive));
    }

    private string[] Written() => Directory.GetFiles(folder.File("out"), "*", SearchOption.AllDirectories);
}
