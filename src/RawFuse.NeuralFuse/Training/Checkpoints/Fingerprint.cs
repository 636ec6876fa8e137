using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace RawFuse.NeuralFuse.Training.Checkpoints;

/// <summary>Short texts that differ where what they stand for does, to recognize a training by.</summary>
internal static class Fingerprint
{
    /// <summary>Of the order of a source's first epoch and the pixels and labels of its first batch: data, augmentation, batch size and seed all show in it.</summary>
    public static string Of(IImageSource images)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ReadOnlyMemory<int>[] batches = [.. images.Batches(0)];
        foreach (ReadOnlyMemory<int> batch in batches) hash.AppendData(MemoryMarshal.AsBytes(batch.Span));
        if (batches.Length > 0)
        {
            var pixels = new float[batches[0].Length * images.Height * images.Width * 3];
            var labels = new int[batches[0].Length];
            images.Fill(batches[0].Span, 0, pixels, labels);
            hash.AppendData(MemoryMarshal.AsBytes<float>(pixels));
            hash.AppendData(MemoryMarshal.AsBytes<int>(labels));
        }

        return FormattableString.Invariant($"{images.Count} images ({TextOf(hash)})");
    }

    /// <summary>Of a network's layers and quantized weights.</summary>
    public static string Of(FrozenNetwork network)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (FrozenWeights weights in network.Weights)
        {
            var packed = new sbyte[weights.Quantized.Packed.Length];
            network.Device.Download<sbyte>(weights.Quantized.Packed, packed);
            hash.AppendData(MemoryMarshal.AsBytes<sbyte>(packed));
            hash.AppendData(MemoryMarshal.AsBytes<float>([weights.Quantized.Scale]));
        }

        return $"{network.Definition.Name} ({TextOf(hash)})";
    }

    private static string TextOf(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
}
