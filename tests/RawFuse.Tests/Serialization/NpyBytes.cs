using System.Text;

namespace RawFuse.Tests.Serialization;

/// <summary>.npy files put together by hand, valid or not.</summary>
internal static class NpyBytes
{
    public static byte[] Of(string header, ReadOnlySpan<byte> data, byte version = 1, uint? claimedLength = null)
    {
        byte[] text = Encoding.Latin1.GetBytes(header);
        byte[] length = BitConverter.GetBytes(claimedLength ?? (uint)text.Length);
        return [0x93, .. "NUMPY"u8, version, 0, .. version == 1 ? length[..2] : length, .. text, .. data];
    }
}
