using System.Numerics;
using System.Runtime.CompilerServices;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="Quantize"/> and <see cref="FakeQuantize"/>: symmetric quantization of a whole tensor to
/// b bits. delta = maximum / (2^(b-1) - 1) in float32; q = x / delta rounded to the nearest integer, halves to even;
/// everything is 0 when the maximum is (or is below levels * 2^-126, where delta would lose its digits).
/// </summary>
/// <param name="X">The numbers.</param>
/// <param name="Maximum">[1], their largest magnitude.</param>
/// <param name="Count">How many.</param>
/// <param name="Levels">2^(b-1) - 1: 127 for 8 bits.</param>
/// <param name="Packed">Receives q (for <see cref="Quantize"/>).</param>
/// <param name="Rounded">Receives q * delta (for <see cref="FakeQuantize"/>); may be the numbers' own buffer.</param>
public readonly record struct QuantizeArgs(Storage<float> X, Storage<float> Maximum, int Count, int Levels, Storage<sbyte>? Packed, Storage<float>? Rounded)
    : IKernelCost
{
    /// <summary>A division and a rounding, and for <see cref="FakeQuantize"/> a product.</summary>
    public KernelCost Cost => new(
        (Rounded is null ? 2L : 3L) * Count, (sizeof(float) * (Count + 1L)) + ((Rounded is null ? sizeof(sbyte) : sizeof(float)) * (long)Count), $"{Count}");
}

/// <summary>Rounds a tensor to int8 values.</summary>
public readonly unsafe struct Quantize : IKernel<QuantizeArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in QuantizeArgs args)
    {
        float delta = Rounding.Delta(*device.Pointer(args.Maximum), args.Levels);
        device.For(Chunks.Of(args.Count), new Body(device.Pointer(args.X), device.Pointer(args.Packed!), args.Count, delta));
    }

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in QuantizeArgs args) =>
        device.Launch(Kernel, GridStride.ChunksOf(args.Count), new GpuArgs(device.View(args.X), device.View(args.Maximum), args.Count, args.Levels, device.View(args.Packed!)));

    internal static void Kernel(GpuArgs a)
    {
        float delta = Rounding.Delta(a.Maximum[0], a.Levels);
        ArrayView<Float4> x = a.X.Cast<Float4>();
        ArrayView<uint> packed = a.Packed.Cast<uint>();
        int chunks = a.Count / 4;
        for (long i = GridStride.First; i < chunks; i += GridStride.Step)
        {
            Float4 four = x[i];
            packed[i] = Byte(four.X, delta) | (Byte(four.Y, delta) << 8) | (Byte(four.Z, delta) << 16) | (Byte(four.W, delta) << 24);
        }

        for (long i = (4L * chunks) + GridStride.First; i < a.Count; i += GridStride.Step) a.Packed[i] = (sbyte)Byte(a.X[i], delta);
    }

    /// <summary>q in the lowest 8 bits.</summary>
    private static uint Byte(float x, float delta) => (uint)(int)Rounding.Divide(x, delta) & 0xFF;

    private readonly struct Body(float* x, sbyte* packed, int count, float delta) : IParallelBody
    {
        public void Run(int item)
        {
            (int i, int end) = Chunks.Bounds(item, count);
            for (; i < end; i++) packed[i] = (sbyte)(int)Rounding.Divide(x[i], delta);
        }
    }

    internal readonly struct GpuArgs(ArrayView<float> x, ArrayView<float> maximum, int count, int levels, ArrayView<sbyte> packed)
    {
        public readonly ArrayView<float> X = x;
        public readonly ArrayView<float> Maximum = maximum;
        public readonly int Count = count;
        public readonly int Levels = levels;
        public readonly ArrayView<sbyte> Packed = packed;
    }
}

/// <summary>Rounds a tensor to the values its int8 form stands for, in float32: quantization-aware training's forward pass.</summary>
public readonly unsafe struct FakeQuantize : IKernel<QuantizeArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in QuantizeArgs args)
    {
        float delta = Rounding.Delta(*device.Pointer(args.Maximum), args.Levels);
        device.For(Chunks.Of(args.Count), new Body(device.Pointer(args.X), device.Pointer(args.Rounded!), args.Count, delta));
    }

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in QuantizeArgs args) =>
        device.Launch(Kernel, GridStride.ChunksOf(args.Count), new GpuArgs(device.View(args.X), device.View(args.Maximum), args.Count, args.Levels, device.View(args.Rounded!)));

    internal static void Kernel(GpuArgs a)
    {
        float delta = Rounding.Delta(a.Maximum[0], a.Levels);
        ArrayView<Float4> x = a.X.Cast<Float4>(), rounded = a.Rounded.Cast<Float4>();
        int chunks = a.Count / 4;
        for (long i = GridStride.First; i < chunks; i += GridStride.Step)
        {
            Float4 four = x[i];
            rounded[i] = new Float4(Rounding.Divide(four.X, delta), Rounding.Divide(four.Y, delta), Rounding.Divide(four.Z, delta), Rounding.Divide(four.W, delta)) * delta;
        }

        for (long i = (4L * chunks) + GridStride.First; i < a.Count; i += GridStride.Step) a.Rounded[i] = Rounding.Divide(a.X[i], delta) * delta;
    }

    private readonly struct Body(float* x, float* rounded, int count, float delta) : IParallelBody
    {
        public void Run(int item)
        {
            (int i, int end) = Chunks.Bounds(item, count);
            var divisor = new Vector<float>(delta);
            if (delta > 0)
                for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
                    (Rounding.Nearest(Vector.Load(x + i) / divisor) * divisor).Store(rounded + i);
            for (; i < end; i++) rounded[i] = Rounding.Divide(x[i], delta) * delta;
        }
    }

    internal readonly struct GpuArgs(ArrayView<float> x, ArrayView<float> maximum, int count, int levels, ArrayView<float> rounded)
    {
        public readonly ArrayView<float> X = x;
        public readonly ArrayView<float> Maximum = maximum;
        public readonly int Count = count;
        public readonly int Levels = levels;
        public readonly ArrayView<float> Rounded = rounded;
    }
}

/// <summary>The scalar arithmetic of quantization, the same on every device.</summary>
internal static class Rounding
{
    /// <summary>Adding and subtracting 1.5 * 2^23 leaves the nearest integer, halves to even.</summary>
    private const float Magic = 12582912f;

    /// <summary>The smallest number that float32 holds with all its digits.</summary>
    private const float SmallestNormal = 1.17549435e-38f;

    /// <summary>
    /// Size of a quantization step; 0 where it would be subnormal, with so few digits that the largest q might exceed the levels.
    /// </summary>
    public static float Delta(float maximum, int levels) => maximum / levels >= SmallestNormal ? maximum / levels : 0;

    /// <summary>The nearest integers, by the same arithmetic as <see cref="Divide"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Nearest(Vector<float> x) => x + new Vector<float>(Magic) - new Vector<float>(Magic);

    /// <summary>x / delta to the nearest integer, halves to even; 0 when delta is 0. |x / delta| stays below 2^22.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Divide(float x, float delta) => delta > 0 ? (x / delta) + Magic - Magic : 0;
}
