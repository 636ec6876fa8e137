using RawFuse.Datasets.Download;
using RawFuse.Tests.Serialization;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Datasets;

/// <summary>One file from a server that fails in all the ways that servers do.</summary>
public sealed class DownloadHttpTests : IDisposable
{
    private const string Name = "file.gz";

    private static readonly byte[] Content = ArchiveBytes.Noise(1, 50_000);
    private static readonly RetryPolicy Quick = new(3, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(20));

    private readonly DownloadServer server = new();
    private readonly TemporaryFolder folder = new();
    private readonly List<string> notices = [];

    public DownloadHttpTests() => server.Files[Name] = Content;

    private string Target => folder.File(Name);

    private string Part => Target + ".part";

    public void Dispose()
    {
        server.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task AFileComesInOneRequest()
    {
        await Download();

        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Equal([Name], folder.Names);
        Assert.Equal([new ServedRequest(Name, null, Content.Length)], server.Served);
        Assert.Empty(notices);
    }

    [Fact]
    public async Task ABrokenConnectionGoesOnWhereItBroke()
    {
        server.Moods.Enqueue(new ServerMood(CutAfter: 20_000));
        server.Moods.Enqueue(new ServerMood(CutAfter: 7_000));

        await Download();

        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Equal([new(Name, null, 20_000), new(Name, 20_000, 7_000), new ServedRequest(Name, 27_000, 23_000)], server.Served);
        Assert.Equal(2, notices.Count);
        Assert.Equal([Name], folder.Names);
    }

    [Fact]
    public async Task NothingHasTheFinalNameBeforeItIsWhole()
    {
        server.Moods.Enqueue(new ServerMood(CutAfter: 20_000));
        var seen = new List<bool>();
        server.Sending = _ => seen.Add(File.Exists(Target));

        await Download();

        Assert.NotEmpty(seen);
        Assert.DoesNotContain(true, seen);
    }

    [Fact]
    public async Task AnotherProcessGoesOnToo()
    {
        for (int i = 0; i < Quick.Attempts; i++) server.Moods.Enqueue(new ServerMood(CutAfter: i == 0 ? 20_000 : 0));

        string message = (await Assert.ThrowsAsync<DownloadException>(Download)).Message;

        Assert.Contains("gave up after 3 attempts. 20000 bytes are kept in", message);
        Assert.Contains(Part, message);
        Assert.DoesNotContain('\n', message);
        Assert.Equal(Content[..20_000], File.ReadAllBytes(Part));
        Assert.False(File.Exists(Target));

        server.Served.Clear();
        await Download();

        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Equal([new ServedRequest(Name, 20_000, 30_000)], server.Served);
        Assert.Equal([Name], folder.Names);
    }

    [Fact]
    public async Task AServerWithoutRangesSendsAllAgain()
    {
        server.Moods.Enqueue(new ServerMood(CutAfter: 20_000));
        server.Moods.Enqueue(new ServerMood(KnowsRanges: false));

        await Download();

        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Equal([new(Name, null, 20_000), new ServedRequest(Name, 20_000, 50_000)], server.Served);
    }

    [Fact]
    public async Task AFileThatChangedMeanwhileBeginsAnew()
    {
        server.Files[Name] = ArchiveBytes.Noise(2, Content.Length);
        server.Moods.Enqueue(new ServerMood(CutAfter: 20_000));
        server.Sending = sent => Replace(sent >= 16_000);

        await Download();

        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Equal([new(Name, null, 20_000), new ServedRequest(Name, 20_000, 50_000)], server.Served);
    }

    [Fact]
    public async Task PartsOfTwoVersionsAreFoundOutByTheirSum()
    {
        server.Files[Name] = ArchiveBytes.Noise(2, Content.Length);
        server.Moods.Enqueue(new ServerMood(CutAfter: 20_000, HasValidators: false));
        server.Moods.Enqueue(new ServerMood(HasValidators: false));
        server.Sending = sent => Replace(sent >= 16_000);

        await Download();

        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Equal([new(Name, null, 20_000), new(Name, 20_000, 30_000), new ServedRequest(Name, null, 50_000)], server.Served);
    }

    [Fact]
    public async Task ACorruptFileIsRefused()
    {
        byte[] corrupt = [.. Content];
        corrupt[12_345] ^= 1;
        server.Files[Name] = corrupt;

        string message = (await Assert.ThrowsAsync<DownloadException>(Download)).Message;

        Assert.Contains($"{server.Address}{Name}: the file is not the published one: its MD5 is ", message);
        Assert.Contains($"expected {ArchiveBytes.Published(Name, Content).Md5}", message);
        Assert.Empty(folder.Names);
        Assert.Single(server.Served);
    }

    [Fact]
    public async Task ASecondSumIsCheckedWhereItIsKnown()
    {
        PublishedFile forged = ArchiveBytes.Published(Name, Content) with { Sha256 = new string('0', 64) };

        string message = (await Assert.ThrowsAsync<DownloadException>(() => Download(forged, Quick))).Message;

        Assert.Contains("its SHA256 is ", message);
        Assert.Empty(folder.Names);
    }

    [Theory]
    [InlineData(49_999, true)]
    [InlineData(50_001, true)]
    [InlineData(50_001, false)]
    public async Task AnotherLengthIsRefused(int length, bool saysLength)
    {
        server.Files[Name] = ArchiveBytes.Noise(1, length);
        server.Moods.Enqueue(new ServerMood(SaysLength: saysLength));

        string message = (await Assert.ThrowsAsync<DownloadException>(Download)).Message;

        Assert.Contains("50000", message);
        Assert.False(File.Exists(Target));
        Assert.Single(server.Served);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AnotherLengthCostsNothingOfWhatIsThere(bool knowsRanges)
    {
        folder.File(Name + ".part", Content.AsSpan(0, 20_000));
        server.Files[Name] = ArchiveBytes.Noise(2, 49_999);
        server.Moods.Enqueue(new ServerMood(KnowsRanges: knowsRanges));

        await Assert.ThrowsAsync<DownloadException>(Download);

        Assert.Equal(Content[..20_000], File.ReadAllBytes(Part));
    }

    [Fact]
    public async Task AnEndTooEarlyWithoutALengthIsNoticed()
    {
        server.Moods.Enqueue(new ServerMood(CutAfter: 30_000, SaysLength: false));

        await Download();

        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Contains("ended after 30000 of 50000 bytes", Assert.Single(notices));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(403)]
    public async Task AServerThatRefusesIsNotAskedAgain(int status)
    {
        server.Moods.Enqueue(new ServerMood(Status: status));

        string message = (await Assert.ThrowsAsync<DownloadException>(Download)).Message;

        Assert.Contains($"{server.Address}{Name}: the server answers {status}", message);
        Assert.Single(server.Served);
        Assert.Empty(folder.Names);
    }

    [Fact]
    public async Task AServerInTroubleIsAskedAgain()
    {
        server.Moods.Enqueue(new ServerMood(Status: 500));
        server.Moods.Enqueue(new ServerMood(Status: 503));

        await Download();

        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Contains("the server answers 500", notices[0]);
        Assert.Contains("the server answers 503", notices[1]);
    }

    [Fact]
    public async Task AServerThatStaysInTroubleIsGivenUp()
    {
        for (int i = 0; i < 10; i++) server.Moods.Enqueue(new ServerMood(Status: 500));

        string message = (await Assert.ThrowsAsync<DownloadException>(Download)).Message;

        Assert.EndsWith("the server answers 500 Status; gave up after 3 attempts.", message);
        Assert.Equal(3, server.Served.Count);
        Assert.Empty(folder.Names);
    }

    [Fact]
    public async Task ASilentServerIsAskedAgain()
    {
        server.Moods.Enqueue(new ServerMood(CutAfter: 20_000, Stalls: true));

        await Download(ArchiveBytes.Published(Name, Content), Quick with { Silence = TimeSpan.FromMilliseconds(300) });

        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Contains("said nothing for 0.3 s", notices[0]);
        Assert.Equal(20_000, server.Served.Last().From);
    }

    [Fact]
    public async Task NoServerIsOneError()
    {
        server.Dispose();

        string message = (await Assert.ThrowsAsync<DownloadException>(Download)).Message;

        Assert.Contains("the connection failed", message);
        Assert.Empty(folder.Names);
    }

    [Fact]
    public async Task ACancelledDownloadCanGoOn()
    {
        using var cancellation = new CancellationTokenSource();
        server.Moods.Enqueue(new ServerMood(CutAfter: 24_000, Stalls: true));
        var there = new Heard<long>(bytes =>
        {
            if (bytes >= 16_000) cancellation.Cancel();
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Download(ArchiveBytes.Published(Name, Content), Quick, there, cancellation.Token));

        byte[] kept = File.ReadAllBytes(Part);
        Assert.NotEmpty(kept);
        Assert.Equal(Content[..kept.Length], kept);
        Assert.False(File.Exists(Target));

        server.Served.Clear();
        await Download();

        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Equal([new ServedRequest(Name, kept.Length, Content.Length - kept.Length)], server.Served);
    }

    [Fact]
    public async Task APartThatIsWholeNeedsNoServer()
    {
        folder.File(Name + ".part", Content);

        await Download();

        Assert.Equal([Name], folder.Names);
        Assert.Empty(server.Served);
    }

    [Fact]
    public async Task APartOfSomethingElseIsReplaced()
    {
        folder.File(Name + ".part", ArchiveBytes.Noise(3, 60_000));

        await Download();

        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Equal([new ServedRequest(Name, null, 50_000)], server.Served);
    }

    [Fact]
    public async Task ARangeTheServerDoesNotHaveBeginsAnew()
    {
        folder.File(Name + ".part", Content.AsSpan(0, 20_000));
        server.Moods.Enqueue(new ServerMood(Status: 416));

        await Download();

        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Equal([new(Name, 20_000, 0), new ServedRequest(Name, null, 50_000)], server.Served);
    }

    private void Replace(bool now)
    {
        if (now) server.Files[Name] = Content;
    }

    private Task Download() => Download(ArchiveBytes.Published(Name, Content), Quick);

    private async Task Download(PublishedFile file, RetryPolicy retries, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        using var downloader = new HttpDownloader(retries, new Heard<string>(notices.Add));
        await downloader.DownloadAsync(new Uri(server.Address, file.Name), file, folder.File(file.Name), progress, cancellation);
    }
}
