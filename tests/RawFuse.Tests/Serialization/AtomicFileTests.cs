using RawFuse.Serialization;

namespace RawFuse.Tests.Serialization;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Target => folder.File("result.json");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void WritesANewFile()
    {
        AtomicFile.WriteAllText(Target, "grün\n");
        Assert.Equal("grün\n"u8, File.ReadAllBytes(Target));
        Assert.Equal(["result.json"], folder.Names);
    }

    [Fact]
    public void ReplacesAFile()
    {
        File.WriteAllText(Target, "a long old content");
        AtomicFile.Write(Target, stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(Target));
        Assert.Equal(["result.json"], folder.Names);
    }

    [Fact]
    public void TheTargetKeepsItsContentUntilTheCommit()
    {
        File.WriteAllText(Target, "old");
        using var file = new AtomicFile(Target);
        file.Stream.Write("new"u8);
        file.Stream.Flush();
        Assert.Equal("old", File.ReadAllText(Target));
        file.Commit();
        Assert.Equal("new", File.ReadAllText(Target));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AFailureOrACancellationLeavesEverythingAsItWas(bool targetExists)
    {
        if (targetExists) File.WriteAllText(Target, "old");
        Exception[] failures = [new IOException("disk full"), new OperationCanceledException(), new InvalidOperationException()];
        foreach (Exception failure in failures)
        {
            Exception? thrown = Record.Exception(() => AtomicFile.Write(Target, stream =>
            {
                // More than any buffer, so that part of it has reached the temporary file.
                stream.Write(new byte[1 << 20]);
                throw failure;
            }));
            Assert.Same(failure, thrown);
            Assert.Equal(targetExists ? ["result.json"] : [], folder.Names);
            if (targetExists) Assert.Equal("old", File.ReadAllText(Target));
        }
    }

    [Fact]
    public void AWriterThatClosesTheStreamIsAnErrorAndLeavesNothing()
    {
        Assert.Throws<ObjectDisposedException>(() => AtomicFile.Write(Target, stream => stream.Dispose()));
        Assert.Empty(folder.Names);
    }

    [Fact]
    public void AFailedRenameLeavesNoTemporaryFile()
    {
        using var file = new AtomicFile(Target);
        // A folder that takes the name in the meantime makes the rename fail.
        Directory.CreateDirectory(Target);
        Assert.ThrowsAny<IOException>(file.Commit);
        file.Dispose();
        Assert.Equal(["result.json"], folder.Names);
    }

    [Fact]
    public void AnUnwritableTargetIsNamed()
    {
        string missing = folder.File("missing/result.json");
        Assert.StartsWith($"{missing}: ", Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.WriteAllText(missing, "")).Message);
        Assert.StartsWith($"{folder.Path}: ", Assert.Throws<IOException>(() => AtomicFile.WriteAllText(folder.Path, "")).Message);
        Assert.ThrowsAny<IOException>(() => AtomicFile.WriteAllText("/dev/null", ""));
        Assert.Empty(folder.Names);
    }
}
