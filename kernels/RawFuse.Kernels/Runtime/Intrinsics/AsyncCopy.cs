using System.Runtime.CompilerServices;
using ILGPU.IR.Intrinsics;

namespace RawFuse.Kernels;

/// <summary>
/// Copies from global to shared memory that pass no registers and go on while the thread computes. The emulator copies at once.
/// </summary>
internal static class AsyncCopy
{
    /// <summary>Starts to copy 16 bytes; those from a number on become zeros.</summary>
    /// <param name="shared">Where to, in shared memory, at a multiple of 16 bytes.</param>
    /// <param name="global">Where from, in global memory, at a multiple of 16 bytes. What is not copied is not read.</param>
    /// <param name="bytes">How many bytes are copied, 0 to 16.</param>
    [IntrinsicImplementation]
    public static void Copy16(ref float shared, ref float global, int bytes)
    {
        for (int i = 0; i < 16; i++) Unsafe.AddByteOffset(ref Unsafe.As<float, byte>(ref shared), i) = i < bytes ? Unsafe.AddByteOffset(ref Unsafe.As<float, byte>(ref global), i) : (byte)0;
    }

    /// <summary>Ends a group of copies: those that this thread has started since the last group.</summary>
    [IntrinsicImplementation]
    public static void Commit()
    {
    }

    /// <summary>Waits until, of this thread's groups, only the latest is still on its way. Others see what was copied after a barrier.</summary>
    [IntrinsicImplementation]
    public static void WaitForAllButOne()
    {
    }

    /// <summary>Waits for all of this thread's copies. Others see what was copied after a barrier.</summary>
    [IntrinsicImplementation]
    public static void WaitForAll()
    {
    }
}
