using ILGPU;
using RawFuse.Kernels;

namespace RawFuse.Tests.Kernels;

/// <summary>Kernels of one intrinsic each, run by one warp.</summary>
public static class IntrinsicKernels
{
    public static void MultiplyTf32(Args a) => Store(a, TensorCore.MultiplyTf32(Left(a), Right(a), Sums(a)));

    public static void MultiplyBf16(Args a) => Store(a, TensorCore.MultiplyBf16(Left(a), Right(a), Sums(a)));

    public static void MultiplyBytes(Args a) => Store(a, TensorCore.MultiplyBytes(Left(a), Right(a), IntSums(a)));

    public static void MultiplyMixedBytes(Args a) => Store(a, TensorCore.MultiplyMixedBytes(Left(a), Right(a), IntSums(a)));

    public static void LoadMatrices(Args a) => Store(a, TensorCore.LoadMatrices(ref Shared(a)[4 * Group.IdxX]));

    public static void LoadMatricesTransposed(Args a) => Store(a, TensorCore.LoadMatricesTransposed(ref Shared(a)[4 * Group.IdxX]));

    public static void ToTf32(Args a) => a.C[Group.IdxX] = TensorFormats.ToTf32(Interop.IntAsFloat(a.A[Group.IdxX]));

    public static void ToBf16Pair(Args a) =>
        a.C[Group.IdxX] = TensorFormats.ToBf16Pair(Interop.IntAsFloat(a.A[Group.IdxX]), Interop.IntAsFloat(a.B[Group.IdxX]));

    public static void SignedBytes(Args a) => a.C[Group.IdxX] = (uint)ByteProducts.Signed((int)a.A[Group.IdxX], (int)a.B[Group.IdxX], (int)a.C[Group.IdxX]);

    public static void MixedBytes(Args a) => a.C[Group.IdxX] = (uint)ByteProducts.Mixed(a.A[Group.IdxX], (int)a.B[Group.IdxX], (int)a.C[Group.IdxX]);

    /// <summary>Every thread copies 4 numbers, as many bytes of them as B says, and reads the next one's.</summary>
    public static void Copy(Args a)
    {
        ArrayView<float> shared = SharedMemory.Allocate<Fragment4>(32).Cast<float>();
        int at = 4 * Group.IdxX;
        AsyncCopy.Copy16(ref shared[at], ref a.A.Cast<float>()[at], (int)a.B[Group.IdxX]);
        AsyncCopy.Commit();
        AsyncCopy.WaitForAllButOne();
        AsyncCopy.WaitForAll();
        Group.Barrier();
        int next = (at + 4) % (4 * 32);
        for (int i = 0; i < 4; i++) a.C[at + i] = Interop.FloatAsInt(shared[next + i]);
    }

    private static Fragment4 Left(Args a) =>
        new(a.A[4 * Group.IdxX], a.A[(4 * Group.IdxX) + 1], a.A[(4 * Group.IdxX) + 2], a.A[(4 * Group.IdxX) + 3]);

    private static Fragment2 Right(Args a) => new(a.B[2 * Group.IdxX], a.B[(2 * Group.IdxX) + 1]);

    private static Sums4<float> Sums(Args a)
    {
        int at = 4 * Group.IdxX;
        return new Sums4<float>(Interop.IntAsFloat(a.C[at]), Interop.IntAsFloat(a.C[at + 1]), Interop.IntAsFloat(a.C[at + 2]), Interop.IntAsFloat(a.C[at + 3]));
    }

    private static Sums4<int> IntSums(Args a)
    {
        int at = 4 * Group.IdxX;
        return new Sums4<int>((int)a.C[at], (int)a.C[at + 1], (int)a.C[at + 2], (int)a.C[at + 3]);
    }

    private static ArrayView<float> Shared(Args a)
    {
        ArrayView<float> shared = SharedMemory.Allocate<Fragment4>(32).Cast<float>();
        for (int i = 0; i < 4; i++) shared[(4 * Group.IdxX) + i] = Interop.IntAsFloat(a.A[(4 * Group.IdxX) + i]);
        Group.Barrier();
        return shared;
    }

    private static void Store(Args a, Sums4<float> sums) =>
        Store(a, new Fragment4(Interop.FloatAsInt(sums.X), Interop.FloatAsInt(sums.Y), Interop.FloatAsInt(sums.Z), Interop.FloatAsInt(sums.W)));

    private static void Store(Args a, Sums4<int> sums) => Store(a, new Fragment4((uint)sums.X, (uint)sums.Y, (uint)sums.Z, (uint)sums.W));

    private static void Store(Args a, Fragment4 words)
    {
        int at = 4 * Group.IdxX;
        a.C[at] = words.X;
        a.C[at + 1] = words.Y;
        a.C[at + 2] = words.Z;
        a.C[at + 3] = words.W;
    }

    /// <summary>Words of all lanes: up to 4 of A and C each, up to 2 of B.</summary>
    public readonly struct Args(ArrayView<uint> a, ArrayView<uint> b, ArrayView<uint> c)
    {
        public readonly ArrayView<uint> A = a;
        public readonly ArrayView<uint> B = b;
        public readonly ArrayView<uint> C = c;
    }
}
