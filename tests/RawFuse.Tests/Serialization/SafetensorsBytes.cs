using System.Buffers.Binary;
using System.Text;

namespace RawFuse.Tests.Serialization;

/// <summary>Safetensors files put together by hand, valid or not.</summary>
internal static class SafetensorsBytes
{
    public static byte[] Of(string header, ReadOnlySpan<byte> data) => Of(Encoding.UTF8.GetBytes(header), data);

    public static byte[] Of(ReadOnlySpan<byte> header, ReadOnlySpan<byte> data, ulong? claimedLength = null)
    {
        var prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, claimedLength ?? (ulong)header.Length);
        return [.. prefix, .. header, .. data];
    }
}
