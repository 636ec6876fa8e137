using System.Numerics;

namespace RawFuse.Kernels;

/// <summary>Arguments of <see cref="MatMul"/>: C = A B, all row-major.</summary>
/// <param name="A">[Rows, Depth].</param>
/// <param name="B">[Depth, Columns].</param>
/// <param name="C">Receives [Rows, Columns]; none of the others.</param>
/// <param name="Rows">Rows of A and C, at least 0.</param>
/// <param name="Columns">Columns of B and C, at least 0.</param>
/// <param name="Depth">Columns of A, which are rows of B, at least 0; for 0, C is zeros.</param>
public readonly record struct MatMulArgs(Storage<float> A, Storage<float> B, Storage<float> C, int Rows, int Columns, int Depth) : IKernelCost
{
    /// <inheritdoc/>
    public KernelCost Cost => new(
        2L * Rows * Columns * Depth,
        sizeof(float) * (((long)Rows * Depth) + ((long)Depth * Columns) + ((long)Rows * Columns)),
        $"{Rows}x{Depth}x{Columns}");

    /// <exception cref="ArgumentException">A size is negative, or a buffer shorter than its matrix.</exception>
    internal MatMulArgs Checked()
    {
        if (Rows < 0 || Columns < 0 || Depth < 0) throw new ArgumentException($"MatMul: sizes {Rows}x{Depth}x{Columns}; none may be negative.");
        Check(nameof(A), A, Rows, Depth);
        Check(nameof(B), B, Depth, Columns);
        Check(nameof(C), C, Rows, Columns);
        return this;
    }

    private static void Check(string name, Storage<float> matrix, int rows, int columns)
    {
        if ((long)rows * columns > matrix.Length) throw new ArgumentException($"MatMul: {name} is [{rows}, {columns}], but its buffer holds {matrix.Length} numbers.");
    }
}

/// <summary>The product of two matrices. GPUs may round operands as <see cref="GpuDevice.Precision"/> says.</summary>
public readonly unsafe struct MatMul : IKernel<MatMulArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in MatMulArgs args)
    {
        MatMulArgs a = args.Checked();
        device.For(a.Rows, new Body(device.Pointer(a.A), device.Pointer(a.B), device.Pointer(a.C), a.Columns, a.Depth));
    }

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in MatMulArgs args)
    {
        MatMulArgs a = args.Checked();
        if (a.Rows == 0 || a.Columns == 0) return;
        if (a.Depth == 0)
        {
            device.Run<Fill<float>, FillArgs<float>>(new(a.C, a.Rows * a.Columns, 0));
            return;
        }

        // Rows are the pixels of an image, columns of A its channels.
        var shape = new Conv2dShape(1, a.Rows, 1, a.Depth, a.Columns, 1, 1);
        GpuConvolution.Forward(device, new Conv2dForwardArgs(shape, a.A, ConvWeights.OfFloats(a.B), a.C));
    }

    /// <summary>A row of C: rows of B, each times a number of A's row.</summary>
    private readonly struct Body(float* a, float* b, float* c, int columns, int depth) : IParallelBody
    {
        public void Run(int item)
        {
            float* from = a + ((long)item * depth), to = c + ((long)item * columns);
            new Span<float>(to, columns).Clear();
            for (int k = 0; k < depth; k++)
            {
                float* line = b + ((long)k * columns);
                var factor = new Vector<float>(from[k]);
                int j = 0;
                for (; j <= columns - Vector<float>.Count; j += Vector<float>.Count) (Vector.Load(to + j) + (factor * Vector.Load(line + j))).Store(to + j);
                for (; j < columns; j++) to[j] += from[k] * line[j];
            }
        }
    }
}
