using RawFuse.Datasets;
using RawFuse.Datasets.Download;

namespace RawFuse.Tests.Datasets;

/// <summary>The table of known data sets is of one piece.</summary>
public sealed class DownloadCatalogTests
{
    public static TheoryData<string> Names => [.. DatasetCatalog.Sources.Select(source => source.Name)];

    [Fact]
    public void NamesAreDistinct() => Assert.Equal(DatasetCatalog.Sources.Count, DatasetCatalog.Sources.DistinctBy(source => source.Name).Count());

    [Theory]
    [MemberData(nameof(Names))]
    public void AnEntryIsComplete(string name)
    {
        DatasetSource source = DatasetCatalog.Find(name)!;

        Assert.Equal(source.Address is null, source.Files.Count == 0);
        Assert.True(source.Files.Count > 0 || source.IsBuiltIn || source.Instructions is not null);
        Assert.True(source.Address is null || source.Address.AbsoluteUri.EndsWith('/'));
        Assert.All(source.Files, file =>
        {
            Assert.Matches(@"\.(tar\.gz|zip|gz)$", file.Name);
            Assert.Matches("^[0-9a-f]{32}$", file.Md5);
            Assert.Matches("^[0-9a-f]{64}$", file.Sha256 ?? new string('0', 64));
            Assert.InRange(file.Bytes, 1, 1L << 30);
        });
    }

    [Fact]
    public void TheBuiltInSetIsAsItIs() => Assert.Equal(SyntheticSigns.ClassNames.Count, DatasetCatalog.Find("signs")!.Classes);

    [Fact]
    public void AnUnknownNameIsNotFound() => Assert.Null(DatasetCatalog.Find("cifar11"));
}
