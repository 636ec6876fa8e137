using System.Numerics;
using System.Runtime.InteropServices;
using RawFuse.Kernels;

namespace RawFuse.KernelCases;

/// <summary>
/// One execution of a <see cref="KernelCase"/> on one device. Every buffer ends in guard elements of all-ones bytes (NaN as a
/// float): a kernel that reads beyond the end computes NaN, one that writes there is caught. Inputs must come back unchanged.
/// </summary>
/// <param name="device">The device.</param>
/// <param name="toy">Whether sizes must suit the emulator, which takes microseconds per operation.</param>
/// <param name="seed">Of the random inputs.</param>
internal sealed class KernelRun(Device device, bool toy, int seed)
{
    private const int GuardElements = 16;

    private readonly Dictionary<object, Buffer> buffers = [];
    private readonly List<KernelOutput> outputs = [];
    private readonly HashSet<Type> kernels = [];

    /// <summary>Whether sizes must suit the emulator.</summary>
    public bool Toy => toy;

    /// <summary>Random numbers, the same in every run of a case with the same seed.</summary>
    public Random Random { get; } = new(seed);

    /// <summary>What the kernels wrote, in the order of the expectations.</summary>
    public IReadOnlyList<KernelOutput> Outputs => outputs;

    /// <summary>The kernel types that were launched.</summary>
    public IReadOnlyCollection<Type> Kernels => kernels;

    /// <summary>A buffer that kernels only read.</summary>
    public Storage<T> Input<T>(T[] values)
        where T : unmanaged => Make(values, values.Length, readOnly: true);

    /// <summary>A buffer that kernels only read, without guards: for arguments that take the buffer's length for their own.</summary>
    public Storage<T> WholeInput<T>(T[] values)
        where T : unmanaged => Make(values, values.Length, readOnly: true, guards: 0);

    /// <summary>A buffer that kernels read and write.</summary>
    public Storage<T> InOut<T>(T[] values)
        where T : unmanaged => Make(values, values.Length, readOnly: false);

    /// <summary>A buffer that kernels write; it is full of NaN.</summary>
    public Storage<T> Output<T>(int length)
        where T : unmanaged => Make<T>([], length, readOnly: false);

    /// <summary>Runs a kernel.</summary>
    public void Launch<TKernel, TArgs>(TArgs args)
        where TKernel : IKernel<TArgs>
        where TArgs : struct
    {
        kernels.Add(typeof(TKernel));
        device.Run<TKernel, TArgs>(in args);
    }

    /// <summary>Says what a buffer must hold now. The reference is computed only when it is wanted.</summary>
    public void Expect<T>(Storage<T> buffer, Tolerance tolerance, Func<double[]> reference)
        where T : unmanaged, INumberBase<T>
    {
        T[] values = buffer.ToArray()[..buffers[buffer].Length];
        outputs.Add(new KernelOutput(
            [.. values.Select(double.CreateChecked)],
            MemoryMarshal.AsBytes(values.AsSpan()).ToArray(),
            typeof(T) == typeof(float) ? () => Array.ConvertAll(reference(), value => (double)(float)value) : reference,
            tolerance));
    }

    /// <summary>Checks guards and inputs and hands the buffers back.</summary>
    /// <exception cref="KernelCaseException">A kernel wrote where it must not.</exception>
    public void Finish()
    {
        foreach (Buffer buffer in buffers.Values) buffer.CheckAndRelease();
    }

    private Storage<T> Make<T>(T[] values, int length, bool readOnly, int guards = GuardElements)
        where T : unmanaged
    {
        var initial = new T[length + guards];
        MemoryMarshal.AsBytes(initial.AsSpan()).Fill(0xFF);
        values.CopyTo(initial, 0);
        Storage<T> storage = device.Allocate<T>(initial);
        buffers.Add(storage, new Buffer(length, () =>
        {
            int from = readOnly ? 0 : length;
            if (!MemoryMarshal.AsBytes(initial.AsSpan(from)).SequenceEqual(MemoryMarshal.AsBytes(storage.ToArray().AsSpan(from))))
                throw new KernelCaseException(readOnly ? "An input was changed." : $"Something was written beyond the {length} elements of a buffer.");
            storage.Dispose();
        }));
        return storage;
    }

    private sealed record Buffer(int Length, Action CheckAndRelease);
}
