using RawFuse.Datasets;
using RawFuse.Datasets.Download;
using RawFuse.Tests.Serialization;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Datasets;

/// <summary>Whole data sets, from a server to their folder.</summary>
public sealed class DownloadInstallationTests : IDisposable
{
    private static readonly byte[] One = ArchiveBytes.Noise(1, 40_000), Two = ArchiveBytes.Noise(2, 30_000), Labels = ArchiveBytes.Noise(3, 10_000);
    private static readonly RetryPolicy Quick = new(2, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(20));

    private readonly DownloadServer server = new();
    private readonly TemporaryFolder root = new();
    private readonly DatasetSource source;

    public DownloadInstallationTests()
    {
        server.Files["batches.tar.gz"] = ArchiveBytes.TarGz(("top/one.bin", One), ("top/readme.html", [1]));
        server.Files["images.zip"] = ArchiveBytes.Zip(("SET/Test/Images/0.ppm", Two, 0));
        server.Files["labels.gz"] = ArchiveBytes.Gzip(Labels);
        source = new DatasetSource("set", 2, 4, 2, "none", "nowhere")
        {
            Address = server.Address,
            Files = [.. ((string[])["batches.tar.gz", "images.zip", "labels.gz"]).Select(name => ArchiveBytes.Published(name, server.Files[name]))],
            Contents = [new("one.bin"), new("Test/Images"), new("labels", "labels.gz")],
            TopFolder = "top",
        };
    }

    private string Folder => root.File("set");

    private string Work => Path.Combine(Folder, ".download");

    public void Dispose()
    {
        server.Dispose();
        root.Dispose();
    }

    [Fact]
    public async Task ArchivesEndUpWithoutTheirTopFolder()
    {
        await Install();

        Assert.Equal(["Test", "labels", "one.bin", "readme.html"], Entries());
        Assert.Equal(One, File.ReadAllBytes(Path.Combine(Folder, "one.bin")));
        Assert.Equal(Two, File.ReadAllBytes(Path.Combine(Folder, "Test", "Images", "0.ppm")));
        Assert.Equal(Labels, File.ReadAllBytes(Path.Combine(Folder, "labels")));
    }

    [Fact]
    public async Task ASecondInstallationDoesNothing()
    {
        await Install();
        server.Served.Clear();

        Assert.Null(DatasetInstallation.Begin(source, Folder));

        Assert.Empty(server.Served);
        Assert.Equal(["Test", "labels", "one.bin", "readme.html"], Entries());
    }

    [Fact]
    public async Task ASetUnpackedByHandIsThere()
    {
        await Install();
        string top = Directory.CreateDirectory(Path.Combine(Folder, "top")).FullName;
        File.Move(Path.Combine(Folder, "one.bin"), Path.Combine(top, "one.bin"));

        Assert.Null(DatasetInstallation.Begin(source, Folder));
    }

    [Fact]
    public async Task APartMayHaveAnotherForm()
    {
        await Install();
        File.Move(Path.Combine(Folder, "labels"), Path.Combine(Folder, "labels.gz"));
        Assert.Empty(source.MissingIn(Folder));

        File.Delete(Path.Combine(Folder, "labels.gz"));
        Assert.Equal(["labels"], source.MissingIn(Folder));
    }

    [Fact]
    public async Task ArchivesAreKeptOnDemand()
    {
        await Install(keepArchives: true);

        Assert.Equal(["Test", "batches.tar.gz", "images.zip", "labels", "labels.gz", "one.bin", "readme.html"], Entries());
        Assert.All(source.Files, file => Assert.Null(file.MismatchOf(Path.Combine(Folder, file.Name))));
    }

    [Fact]
    public async Task AnArchiveThatIsThereIsUsedAndLeft()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllBytes(Path.Combine(Folder, "images.zip"), server.Files["images.zip"]);

        await Install();

        Assert.Equal(["batches.tar.gz", "labels.gz"], server.Served.Select(request => request.Name));
        Assert.Equal(["Test", "images.zip", "labels", "one.bin", "readme.html"], Entries());
    }

    [Fact]
    public async Task AnArchiveThatIsWrongIsSaidAndLeft()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllBytes(Path.Combine(Folder, "images.zip"), [1, 2, 3]);

        string message = (await Assert.ThrowsAsync<DownloadException>(() => Install())).Message;

        Assert.Contains("images.zip' is not the published file: it has 3 bytes; expected", message);
        Assert.Equal([".download", "images.zip"], Entries());
    }

    [Fact]
    public async Task AnInterruptedInstallationGoesOn()
    {
        server.Moods.Enqueue(new ServerMood());
        for (int i = 0; i < Quick.Attempts; i++) server.Moods.Enqueue(new ServerMood(CutAfter: i == 0 ? 10_000 : 0));

        await Assert.ThrowsAsync<DownloadException>(() => Install());

        Assert.Equal([".download"], Entries());
        server.Served.Clear();
        await Install();
        Assert.Equal([new("images.zip", 10_000, (int)source.Files[1].Bytes - 10_000), new ServedRequest("labels.gz", null, (int)source.Files[2].Bytes)], server.Served);
        Assert.Equal(["Test", "labels", "one.bin", "readme.html"], Entries());
    }

    [Fact]
    public async Task AStopWhileUnpackingLeavesNothingInPlace()
    {
        using var cancellation = new CancellationTokenSource();
        using (DatasetInstallation installation = DatasetInstallation.Begin(source, Folder)!)
        {
            await installation.DownloadAsync(null, Quick);
            var late = new Heard<double>(share =>
            {
                if (share > 0.5) cancellation.Cancel();
            });

            Assert.Throws<OperationCanceledException>(() => installation.Unpack(progress: late, cancellation: cancellation.Token));
        }

        Assert.Equal([".download"], Entries());
        Assert.False(Directory.Exists(Path.Combine(Work, "unpacked")));
        server.Served.Clear();
        await Install();
        Assert.Empty(server.Served);
        Assert.Equal(["Test", "labels", "one.bin", "readme.html"], Entries());
    }

    [Fact]
    public async Task WhatAKilledProcessLeftIsClearedAway()
    {
        Directory.CreateDirectory(Path.Combine(Work, "unpacked", "0"));
        File.WriteAllBytes(Path.Combine(Work, "unpacked", "0", "half.bin"), [1]);
        Directory.CreateDirectory(Path.Combine(Folder, "Test", "Images"));
        File.WriteAllBytes(Path.Combine(Folder, "one.bin"), One);

        await Install();

        Assert.Equal(["Test", "labels", "one.bin", "readme.html"], Entries());
    }

    [Fact]
    public async Task AFolderInTheWayIsSaidAndLeft()
    {
        Directory.CreateDirectory(Path.Combine(Folder, "Test", "Mine"));

        string message = (await Assert.ThrowsAsync<DownloadException>(() => Install())).Message;

        Assert.Contains($"'{Path.Combine(Folder, "Test")}' is in the way", message);
        Assert.True(Directory.Exists(Path.Combine(Folder, "Test", "Mine")));
    }

    [Fact]
    public async Task AHostileArchiveLeavesNothing()
    {
        server.Files["images.zip"] = ArchiveBytes.Zip(("../../escaped.ppm", Two, 0));
        DatasetSource hostile = source with { Files = [source.Files[0], ArchiveBytes.Published("images.zip", server.Files["images.zip"]), source.Files[2]] };

        string message = (await Assert.ThrowsAsync<DownloadException>(() => Install(hostile))).Message;

        Assert.Contains("may lead out", message);
        Assert.Equal(["set"], root.Names);
        Assert.Equal([".download"], Entries());
        Assert.False(Directory.Exists(Path.Combine(Work, "unpacked")));
    }

    [Fact]
    public async Task ArchivesWithoutTheContentsAreSaid()
    {
        string message = (await Assert.ThrowsAsync<DownloadException>(() => Install(source with { Contents = [new("one.bin"), new("two.bin")] }))).Message;

        Assert.Equal("The archives of 'set' do not hold 'two.bin'.", message);
    }

    [Fact]
    public async Task TwoAtATimeDoNotMix()
    {
        using (DatasetInstallation first = DatasetInstallation.Begin(source, Folder)!)
        {
            string message = Assert.Throws<DownloadException>(() => DatasetInstallation.Begin(source, Folder)).Message;

            Assert.Contains($"'{Folder}' is in use by another download", message);
            await first.DownloadAsync(null, Quick);
            first.Unpack();
        }

        Assert.Null(DatasetInstallation.Begin(source, Folder));
    }

    [Fact]
    public async Task AMirrorReplacesTheAddress()
    {
        using DatasetInstallation installation = DatasetInstallation.Begin(source with { Address = new Uri("http://127.0.0.1:1/") }, Folder)!;

        await installation.DownloadAsync(server.Address, Quick);

        Assert.Equal(3, server.Served.Count);
    }

    [Fact]
    public async Task ProgressGrowsToOne()
    {
        var shares = new List<double>();
        using DatasetInstallation installation = DatasetInstallation.Begin(source, Folder)!;

        await installation.DownloadAsync(null, Quick, new Heard<double>(shares.Add));

        Assert.Equal(shares.Order(), shares);
        Assert.InRange(shares[0], 1e-6, 0.999);
        Assert.Equal(1, shares[^1]);
    }

    [Fact]
    public void AFolderThatCannotBeMadeIsNamed()
    {
        string file = root.File("file", [1]);

        string message = Assert.Throws<DatasetException>(() => DatasetInstallation.Begin(source, Path.Combine(file, "set"))).Message;

        Assert.Contains($"'{Path.Combine(file, "set")}' cannot be written: ", message);
    }

    [Fact]
    public void WhatHasNothingToDownloadIsSaid()
    {
        Assert.Contains("built in", Assert.Throws<ArgumentException>(() => DatasetInstallation.Begin(DatasetCatalog.Find("signs")!, Folder)).Message);
        Assert.Contains("train/CLASS/*.JPEG", Assert.Throws<ArgumentException>(() => DatasetInstallation.Begin(DatasetCatalog.Find("imagenet10")!, Folder)).Message);
        Assert.Empty(root.Names);
    }

    private Task Install(bool keepArchives = false) => Install(source, keepArchives);

    private async Task Install(DatasetSource what, bool keepArchives = false)
    {
        using DatasetInstallation installation = DatasetInstallation.Begin(what, Folder)!;
        await installation.DownloadAsync(null, Quick);
        installation.Unpack(keepArchives);
    }

    private string[] Entries() => [.. Directory.EnumerateFileSystemEntries(Folder).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal)];
}
