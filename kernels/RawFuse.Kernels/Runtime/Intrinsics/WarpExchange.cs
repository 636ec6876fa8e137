using System.Diagnostics;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// How the emulator's bodies of warp-wide instructions see the operands of all lanes. The emulator runs kernels as plain .NET code, a thread per lane, and a thread is always the same lane
/// of the same warp. So the lanes agree once on memory that they share; then every lane writes there, and behind a barrier reads what it needs. Two halves take turns: who writes to one
/// again has passed the barrier of the other, which nobody reaches before having read. Never part of PTX.
/// </summary>
internal static unsafe class WarpExchange
{
    /// <summary>Lanes of a warp.</summary>
    public const int Lanes = 32;

    private const int MostOperandBytes = 32, HalfBytes = Lanes * MostOperandBytes;

    /// <summary>The first lane's, which keeps the memory alive as long as the warp is.</summary>
    [ThreadStatic]
    private static byte[]? owned;

    [ThreadStatic]
    private static byte* shared;

    [ThreadStatic]
    private static int half;

    /// <summary>What a lane makes of all lanes' operands.</summary>
    public delegate TResult Read<TOperand, TResult>(TOperand* operands, int lane)
        where TOperand : unmanaged;

    /// <summary>Gathers the operands of a warp's 32 lanes. All of them must come here.</summary>
    /// <exception cref="InvalidOperationException">The emulator's warps have not 32 lanes. Thrown inside of a kernel, which ends the process.</exception>
    public static TResult Gather<TOperand, TResult>(TOperand operand, Read<TOperand, TResult> read)
        where TOperand : unmanaged
    {
        if (Warp.WarpSize != Lanes)
            throw new InvalidOperationException($"Warp-wide instructions want warps of {Lanes} threads, not {Warp.WarpSize}: open the emulator with them.");
        Debug.Assert(sizeof(TOperand) <= MostOperandBytes);
        if (shared == null) shared = Agree();
        half = HalfBytes - half;
        var operands = (TOperand*)(shared + half);
        int lane = Warp.LaneIdx;
        operands[lane] = operand;
        Warp.Barrier();
        return read(operands, lane);
    }

    private static byte* Agree()
    {
        if (Warp.LaneIdx == 0) owned = GC.AllocateUninitializedArray<byte>(2 * HalfBytes, pinned: true);
        fixed (byte* own = owned) return (byte*)Warp.Shuffle((long)own, 0);
    }
}
