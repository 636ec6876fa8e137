using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// How the emulator's bodies of warp-wide instructions see the operands of all lanes. The emulator runs kernels as plain .NET code, a thread per lane: the first lane lends
/// a piece of its stack, every lane writes there, and after a barrier reads what it needs. Never part of PTX.
/// </summary>
internal static unsafe class WarpExchange
{
    /// <summary>Lanes of a warp.</summary>
    public const int Lanes = 32;

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
        TOperand* stack = stackalloc TOperand[Lanes];
        var operands = (TOperand*)Warp.Shuffle((long)stack, 0);
        int lane = Warp.LaneIdx;
        operands[lane] = operand;
        Warp.Barrier();
        TResult result = read(operands, lane);
        Warp.Barrier();
        return result;
    }
}
