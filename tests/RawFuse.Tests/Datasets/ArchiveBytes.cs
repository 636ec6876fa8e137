using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using RawFuse.Datasets.Download;

namespace RawFuse.Tests.Datasets;

/// <summary>Archives made in memory.</summary>
internal static class ArchiveBytes
{
    /// <summary>Bytes that do not compress, so that archives of them are as long.</summary>
    public static byte[] Noise(int seed, int count)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static byte[] Gzip(byte[] content)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest)) gzip.Write(content);
        return stream.ToArray();
    }

    public static byte[] TarGz(params (string Name, byte[] Content)[] files) =>
        TarGz([.. files.Select(file => new PaxTarEntry(TarEntryType.RegularFile, file.Name) { DataStream = new MemoryStream(file.Content) })]);

    public static byte[] TarGz(params TarEntry[] entries)
    {
        using var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, leaveOpen: true))
        {
            foreach (TarEntry entry in entries) tar.WriteEntry(entry);
        }

        return Gzip(stream.ToArray());
    }

    /// <summary>A zip archive.</summary>
    /// <param name="files">Names, contents and the Unix mode of each file, 0 for none.</param>
    public static byte[] Zip(params (string Name, byte[] Content, int Mode)[] files)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create))
        {
            foreach ((string name, byte[] content, int mode) in files)
            {
                ZipArchiveEntry entry = zip.CreateEntry(name);
                entry.ExternalAttributes = mode << 16;
                using Stream target = entry.Open();
                target.Write(content);
            }
        }

        return stream.ToArray();
    }

    /// <summary>Bytes as a published file.</summary>
    public static PublishedFile Published(string name, byte[] content) =>
        new(name, content.Length, Convert.ToHexStringLower(MD5.HashData(content)), Convert.ToHexStringLower(SHA256.HashData(content)));
}
