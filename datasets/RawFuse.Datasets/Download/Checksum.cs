using System.Security.Cryptography;

namespace RawFuse.Datasets.Download;

/// <summary>The sums of a file, computed while its bytes pass by.</summary>
internal sealed class Checksum : IDisposable
{
    private readonly (IncrementalHash Hash, string Expected)[] sums;

    public Checksum(PublishedFile file)
    {
        // Against accidents MD5 is enough; where SHA-256 is known, it holds against forgeries too.
        (HashAlgorithmName Name, string? Expected)[] known = [(HashAlgorithmName.MD5, file.Md5), (HashAlgorithmName.SHA256, file.Sha256)];
        sums = [.. known.Where(sum => sum.Expected is not null).Select(sum => (IncrementalHash.CreateHash(sum.Name), sum.Expected!))];
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        foreach ((IncrementalHash hash, _) in sums) hash.AppendData(bytes);
    }

    /// <summary>Takes in what is left of a stream.</summary>
    public void Append(Stream stream, CancellationToken cancellation)
    {
        var buffer = new byte[1 << 17];
        while (stream.Read(buffer) is > 0 and int read)
        {
            cancellation.ThrowIfCancellationRequested();
            Append(buffer.AsSpan(0, read));
        }
    }

    /// <summary>Compares, and begins anew.</summary>
    /// <returns>Which sum is wrong, in words; null where none is.</returns>
    public string? Mismatch()
    {
        string? mismatch = null;
        foreach ((IncrementalHash hash, string expected) in sums)
        {
            string found = Convert.ToHexStringLower(hash.GetHashAndReset());
            if (found != expected) mismatch ??= $"its {hash.AlgorithmName.Name} is {found}; expected {expected}";
        }

        return mismatch;
    }

    public void Dispose()
    {
        foreach ((IncrementalHash hash, _) in sums) hash.Dispose();
    }
}
