using System.Numerics;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Arguments of <see cref="MatMul"/>: C = A B, all row-major.</summary>
/// <param name="A">[Rows, Depth].</param>
/// <param name="B">[Depth, Columns].</param>
/// <param name="C">Receives [Rows, Columns]; none of the others.</param>
/// <param name="Rows">Rows of A and C, at least 0.</param>
/// <param name="Columns">Columns of B and C, at least 0.</param>
/// <param name="Depth">Columns of A, which are rows of B, at least 0; for 0, C is zeros.</param>
/// <param name="Precision">How operands may be rounded. Devices without tensor cores, CPUs among them, do not round.</param>
public readonly record struct MatMulArgs(
    Storage<float> A, Storage<float> B, Storage<float> C, int Rows, int Columns, int Depth, MatrixPrecision Precision = MatrixPrecision.Float32) : IKernelCost
{
    /// <inheritdoc/>
    public KernelCost Cost => new(
        2L * Rows * Columns * Depth,
        sizeof(float) * (((long)Rows * Depth) + ((long)Depth * Columns) + ((long)Rows * Columns)),
        $"{Rows}x{Depth}x{Columns}{Precision switch { MatrixPrecision.TensorFloat32 => " tf32", MatrixPrecision.BFloat16 => " bf16", _ => "" }}");

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

/// <summary>The product of two matrices. On a GPU with tensor cores they compute it where <see cref="MatMulArgs.Precision"/> lets them.</summary>
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
        switch (device.HasTensorCores && a.Depth > 0 ? a.Precision : MatrixPrecision.Float32)
        {
            case MatrixPrecision.TensorFloat32:
                TensorMatMul.Launch<Tf32Format>(device, in a);
                break;
            case MatrixPrecision.BFloat16:
                TensorMatMul.Launch<Bf16Format>(device, in a);
                break;
            default:
                device.Launch(Kernel, (long)a.Rows * a.Columns, new MatMulGpuArgs(device, in a));
                break;
        }
    }

    /// <summary>A thread for each number of the product.</summary>
    internal static void Kernel(MatMulGpuArgs a)
    {
        for (long i = GridStride.First; i < (long)a.Rows * a.Columns; i += GridStride.Step)
        {
            int row = GridStride.Quotient(i, a.Columns), column = GridStride.Remainder(i, a.Columns);
            float sum = 0;
            for (int k = 0; k < a.Depth; k++) sum += a.A[(row * a.Depth) + k] * a.B[(k * a.Columns) + column];
            a.C[i] = sum;
        }
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

/// <summary>Matrices and sizes of <see cref="MatMul"/> on a GPU.</summary>
internal readonly struct MatMulGpuArgs(GpuDevice device, in MatMulArgs args)
{
    public readonly ArrayView<float> A = device.View(args.A);
    public readonly ArrayView<float> B = device.View(args.B);
    public readonly ArrayView<float> C = device.View(args.C);
    public readonly int Rows = args.Rows;
    public readonly int Columns = args.Columns;
    public readonly int Depth = args.Depth;
}
