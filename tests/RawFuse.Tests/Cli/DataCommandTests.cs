using System.Diagnostics;
using System.Text.Json;
using RawFuse.Cli.Commands;
using RawFuse.Cli.Data;
using RawFuse.Datasets;
using RawFuse.Datasets.Download;
using RawFuse.Tests.Datasets;
using RawFuse.Tests.Serialization;

namespace RawFuse.Tests.Cli;

/// <summary><c>rawfuse data</c>: get, list and verify.</summary>
[Collection(Tool.Collection)]
public sealed class DataCommandTests : IDisposable
{
    private readonly DownloadServer server = new();
    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        server.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void TheCatalogKnowsWhatCanBeLoaded() => Assert.All(ImageSources.Names, name => Assert.NotNull(DatasetCatalog.Find(name)));

    [Fact]
    public async Task GetMakesADataSetThatVerifyAndListFind()
    {
        DatasetSource source = ServeSmallCifar10();

        Assert.Equal(0, await DataGetCommand.RunAsync(source, folder.File("cifar10"), null, keepArchives: false, CancellationToken.None));
        int requests = server.Served.Count;
        Assert.Equal(0, await DataGetCommand.RunAsync(source, folder.File("cifar10"), null, keepArchives: false, CancellationToken.None));

        Assert.Equal(requests, server.Served.Count);
        Assert.All(new DatasetVerification(source, folder.File("cifar10")).Run(CancellationToken.None), check => Assert.Null(check.Problem));
        Assert.Equal(("present", folder.File("cifar10")), Listed("cifar10", folder.Path));
        Assert.Equal(("absent", folder.File("mnist")), Listed("mnist", folder.Path));
    }

    [Fact]
    public void VerifyTellsOtherCounts()
    {
        WriteSmallCifar10("cifar10");

        (int code, string output, string error) = Tool.Run(folder, "data verify cifar10 --data-dir @cifar10");

        Assert.Equal(1, code);
        Assert.Contains("training images: there are 50; expected 50000; test images: there are 10; expected 10000", error);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
        Assert.Contains("complete", output);
    }

    [Fact]
    public void VerifyTellsAMissingClassAndADamagedFile()
    {
        WriteSmallCifar10("cifar10");
        DatasetSource source = SmallCifar10();
        string test = Path.Combine(folder.File("cifar10"), "test_batch.bin");

        File.WriteAllBytes(test, [.. Enumerable.Repeat(Records(10)[..3073], 10).SelectMany(record => record)]);
        Assert.Equal("none is of class automobile; expected some of each", Problem());

        File.WriteAllBytes(test, Records(10)[..^1]);
        Assert.Contains("30729 bytes", Problem());

        File.Delete(test);
        Assert.Equal("lacks test_batch.bin", Problem());
        Assert.Equal(("incomplete", folder.File("cifar10")), Listed("cifar10", folder.Path));

        string? Problem() => Assert.Single(new DatasetVerification(source, folder.File("cifar10")).Run(CancellationToken.None), check => check.Problem is not null).Problem;
    }

    [Fact]
    public void VerifyLooksAtKeptArchives()
    {
        WriteSmallCifar10("cifar10");
        DatasetSource source = ServeSmallCifar10();
        byte[] archive = server.Files[source.Files[0].Name];
        archive[^1] ^= 1;
        File.WriteAllBytes(Path.Combine(folder.File("cifar10"), source.Files[0].Name), archive);

        DatasetCheck wrong = Assert.Single(new DatasetVerification(source, folder.File("cifar10")).Run(CancellationToken.None), check => check.Problem is not null);

        Assert.Equal(source.Files[0].Name, wrong.What);
        Assert.StartsWith("its MD5 is ", wrong.Problem);
    }

    [Fact]
    public void VerifyReadsTheBuiltInSet() => Assert.Contains("8000, 32x32, 16 classes", Tool.Succeed(folder, "data verify signs"));

    [Theory]
    [InlineData("signs", "built in")]
    [InlineData("cifar10", "absent")]
    public void WithoutAFolderAListSaysWhatIsMissing(string name, string state) => Assert.Equal((state, null), Listed(name, root: null));

    [Fact]
    public void GetOfTheBuiltInSetHasNothingToDo() => Assert.Contains("built in", Tool.Succeed(folder, "data get signs"));

    [Fact]
    public void GetTellsWhereImageNetComesFrom()
    {
        (int code, string _, string error) = Tool.Run(folder, "data get imagenet10");

        Assert.Equal(2, code);
        Assert.Contains("https://image-net.org", error);
        Assert.Contains("train/CLASS/*.JPEG and val/CLASS/*.JPEG", error);
    }

    [Fact]
    public void AFileThatIsNotThereIsAFailureInOneLine()
    {
        (int code, string _, string error) = Tool.Run(folder, $"data get mnist --data-dir @mnist --mirror {server.Address}");

        Assert.Equal(1, code);
        Assert.StartsWith($"rawfuse: {server.Address}train-images-idx3-ubyte.gz: the server answers 404", error);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
        Assert.Equal([".download"], Directory.GetFileSystemEntries(folder.File("mnist")).Select(entry => Path.GetFileName(entry)));
    }

    [Fact]
    public void AFileOfTheRightLengthAndOtherContentIsAFailure()
    {
        server.Files["train-images-idx3-ubyte.gz"] = new byte[9_912_422];

        (int code, string _, string error) = Tool.Run(folder, $"data get mnist --mirror {server.Address.ToString().TrimEnd('/')} --data-dir @own");

        Assert.Equal(1, code);
        Assert.Contains("is not the published one: its MD5 is", error);
        Assert.Equal(["lock"], Directory.GetFiles(folder.File("own/.download")).Select(Path.GetFileName));
    }

    [Fact]
    public void AnInterruptKeepsWhatHasArrived()
    {
        server.Files["train-images-idx3-ubyte.gz"] = new byte[9_912_422];
        server.Moods.Enqueue(new ServerMood(CutAfter: 100_000, Stalls: true));
        string part = folder.File("mnist/.download/train-images-idx3-ubyte.gz.part");
        using Process process = Start(folder.Path, "data", "get", "mnist", "--mirror", server.Address.ToString());
        WaitUntil(() => process.HasExited || (File.Exists(part) && new FileInfo(part).Length == 100_000));

        // Not SIGINT, which is ignored by all that is started in a shell's background.
        using (Process kill = Process.Start("kill", ["-TERM", $"{process.Id}"])) kill.WaitForExit();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();

        Assert.Equal((1, "rawfuse: stopped\n"), (process.ExitCode, error));
        Assert.Equal(100_000, new FileInfo(part).Length);

        server.Served.Clear();
        server.Moods.Enqueue(new ServerMood(CutAfter: 9_000_000, Stalls: true));
        using Process again = Start(folder.Path, "data", "get", "mnist", "--mirror", server.Address.ToString());
        WaitUntil(() => again.HasExited || !server.Served.IsEmpty);
        again.Kill();
        again.WaitForExit();
        Assert.Equal(100_000, server.Served.First().From);
    }

    [Fact]
    public void AFullDiskIsSaidOnceAndWhatFitsIsKept()
    {
        if (!OperatingSystem.IsLinux()) return;
        server.Files["train-images-idx3-ubyte.gz"] = new byte[9_912_422];

        // A limit on the size of files stands for the disk; the runtime's own mapping of code would exceed it.
        string[] command = ["-c", "trap '' XFSZ; ulimit -f 512; exec \"$@\"", "bash", "dotnet", Program, "data", "get", "mnist", "--mirror", server.Address.ToString()];
        using Process process = Start("bash", command, folder.Path);
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();

        Assert.Equal((1, error), (process.ExitCode, error));
        Assert.Contains("train-images-idx3-ubyte.gz' cannot be written: ", error);
        Assert.Single(server.Served);
        Assert.InRange(new FileInfo(folder.File("mnist/.download/train-images-idx3-ubyte.gz.part")).Length, 1, 512 * 1024);
    }

    [Theory]
    [InlineData("data", "a command is missing; --help")]
    [InlineData("data get", "Required argument missing for command: 'get'")]
    [InlineData("data get cifar11", "Data set 'cifar11' is not known; expected signs, cifar10")]
    [InlineData("data get mnist --mirror ftp://example.org/", "'--mirror' is 'ftp://example.org/'; expected an address that begins with http")]
    [InlineData("data get mnist --mirror here", "'--mirror' is 'here'; expected an address")]
    [InlineData("data get mnist --data-dir /dev/null/mnist", "'/dev/null/mnist' cannot be written")]
    [InlineData("data verify cifar11", "Data set 'cifar11' is not known; expected signs")]
    [InlineData("data show signs", "'--out' is required")]
    [InlineData("data show signs --out @out --count 0", "'--count' is '0'; expected a whole number from 1 to 1024")]
    [InlineData("data show signs --out @out --split val", "'--split' is 'val'; expected train, test")]
    [InlineData("data show signs --out @no/out", "does not exist")]
    [InlineData("data show cifar10 --out @out --data-dir @no", "does not exist; expected a folder")]
    public void BadInputIsOneLineAndCodeTwo(string arguments, string fragment)
    {
        (int code, string _, string error) = Tool.Run(folder, arguments);

        Assert.Equal((2, error), (code, error));
        Assert.Contains(fragment, error);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
        Assert.Empty(folder.Names);
    }

    [Theory]
    [InlineData("get")]
    [InlineData("verify")]
    public void WithoutAFolderTheQuestionIsWhere(string command)
    {
        using Process process = Start(null, "data", command, "cifar10");

        Assert.Contains("give --data-dir, or set RAWFUSE_DATA", process.StandardError.ReadToEnd());
    }

    private static (string State, string? Folder) Listed(string name, string? root)
    {
        using Process process = Start(root, "data", "list", "--json", "-");
        JsonElement sets = JsonDocument.Parse(process.StandardOutput.ReadToEnd()).RootElement.GetProperty("datasets");
        Assert.Equal(root is null, process.StandardError.ReadToEnd().Contains("RAWFUSE_DATA is not set"));
        Assert.Equal(DatasetCatalog.Sources.Select(source => source.Name), sets.EnumerateArray().Select(set => set.GetProperty("name").GetString()));
        JsonElement set = sets.EnumerateArray().Single(one => one.GetProperty("name").GetString() == name);
        return (set.GetProperty("state").GetString()!, set.TryGetProperty("folder", out JsonElement path) ? path.GetString() : null);
    }

    /// <summary>CIFAR-10 in its format with ten images a file, one of each class.</summary>
    private static byte[] Records(int count)
    {
        byte[] records = ArchiveBytes.Noise(5, count * 3073);
        for (int i = 0; i < count; i++) records[i * 3073] = (byte)(i % 10);
        return records;
    }

    private static DatasetSource SmallCifar10() => DatasetCatalog.Find("cifar10")! with { TrainImages = 50, TestImages = 10 };

    private DatasetSource ServeSmallCifar10()
    {
        DatasetSource source = SmallCifar10();
        byte[] archive = ArchiveBytes.TarGz([.. source.Contents.Select(part => ($"{source.TopFolder}/{part.Path}", Records(10)))]);
        server.Files["small.tar.gz"] = archive;
        return source with { Address = server.Address, Files = [ArchiveBytes.Published("small.tar.gz", archive)] };
    }

    private void WriteSmallCifar10(string name)
    {
        Directory.CreateDirectory(folder.File(name));
        foreach (DatasetPart part in SmallCifar10().Contents) folder.File($"{name}/{part.Path}", Records(10));
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "RawFuse.Cli.dll");

    /// <summary>The tool in a process of its own: RAWFUSE_DATA belongs to the process, and other tests read it.</summary>
    private static Process Start(string? root, params string[] arguments) => Start("dotnet", [Program, .. arguments], root);

    private static Process Start(string program, string[] arguments, string? root)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["RAWFUSE_DATA"] = root;
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        return Process.Start(start)!;
    }

    /// <summary>Waits on this thread: what is awaited in a test goes on when one of the runner's threads is free, which may be after minutes.</summary>
    private static void WaitUntil(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(60)), "Waited in vain for a minute.");
}
