using System.Runtime.InteropServices;

namespace RawFuse.Serialization;

/// <summary>Views between numbers and the little-endian bytes of the file formats, without a copy.</summary>
internal static class LittleEndian
{
    public static ReadOnlySpan<T> Values<T>(ReadOnlySpan<byte> bytes) where T : unmanaged
    {
        RequireLittleEndianMachine();
        return MemoryMarshal.Cast<byte, T>(bytes);
    }

    public static ReadOnlySpan<byte> Bytes<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        RequireLittleEndianMachine();
        return MemoryMarshal.AsBytes(values);
    }

    // A reinterpreting view would silently swap the numbers of a big-endian machine (s390x is the only one .NET runs on).
    private static void RequireLittleEndianMachine()
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("tensor files need a little-endian machine");
    }
}
