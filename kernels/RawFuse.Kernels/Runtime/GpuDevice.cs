using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace RawFuse.Kernels;

/// <summary>
/// An ILGPU accelerator: an NVIDIA GPU, an OpenCL device, or ILGPU's simulator (the <em>emulator</em>), which runs GPU
/// kernels on the host, thousands of times slower, to check them.
/// </summary>
public sealed class GpuDevice : Device
{
    /// <summary>Threads per group that element-by-element kernels are launched with.</summary>
    public const int GroupSize = 256;

    private const int EmulatorThreads = 256;

    private readonly Context context;
    private readonly Accelerator accelerator;
    private readonly KernelLoader loader;

    private GpuDevice(Context context, Func<Context, Accelerator> create)
    {
        this.context = context;
        PtxIntrinsics.Register(context);
        try
        {
            accelerator = create(context);
        }
        catch
        {
            context.Dispose();
            throw;
        }

        loader = new KernelLoader(accelerator);
        KernelMeter.Add(this);
    }

    /// <inheritdoc/>
    public override string Name => IsEmulator ? "emulator" : accelerator.Name;

    /// <summary>Whether this is ILGPU's simulator.</summary>
    public bool IsEmulator => accelerator is CPUAccelerator;

    /// <summary>
    /// Whether kernels may use tensor cores, asynchronous copies and matrix loads: NVIDIA GPUs of compute capability 8.0 and later, and the emulator with warps of 32 threads.
    /// </summary>
    public bool HasTensorCores => accelerator switch
    {
        CudaAccelerator cuda => cuda.Architecture >= CudaArchitecture.SM_80,
        CPUAccelerator => accelerator.WarpSize == WarpExchange.Lanes,
        _ => false,
    };

    /// <summary>The methods of all GPU kernels this device has loaded, in the order of their first use.</summary>
    public IReadOnlyCollection<System.Reflection.MethodInfo> LoadedKernels => loader.Loaded;

    /// <summary>Opens ILGPU's simulator, for groups of up to 256 threads.</summary>
    /// <param name="warpSize">Threads of a warp, a power of two from 2 to 256. Instructions of whole warps, such as those of tensor cores, want 32.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is none of these.</exception>
    public static GpuDevice Emulator(int warpSize = 4)
    {
        if (warpSize is < 2 or > EmulatorThreads || !int.IsPow2(warpSize))
            throw new ArgumentOutOfRangeException(nameof(warpSize), warpSize, $"A warp has a power of two from 2 to {EmulatorThreads} threads.");
        return new(
            Context.Create(builder => Options(builder).CPU(new CPUDevice(warpSize, EmulatorThreads / warpSize, numMultiprocessors: 1))),
            context => context.CreateCPUAccelerator(0));
    }

    /// <summary>Opens an NVIDIA GPU.</summary>
    /// <param name="index">Number of the GPU, from 0.</param>
    /// <exception cref="DeviceUnavailableException">There is no driver or no such GPU.</exception>
    public static GpuDevice Cuda(int index = 0) => Open("cuda", index, builder => builder.Cuda(), context => context.CreateCudaAccelerator(index));

    /// <summary>Opens an OpenCL device.</summary>
    /// <param name="index">Number of the device among those ILGPU accepts, from 0.</param>
    /// <exception cref="DeviceUnavailableException">There is no OpenCL runtime or no such device.</exception>
    public static GpuDevice OpenCl(int index = 0) => Open("opencl", index, builder => builder.OpenCL(), context => context.CreateCLAccelerator(index));

    /// <summary>Launches a GPU kernel over a number of independent items, one thread each up to a limit, the rest by a grid-stride loop.</summary>
    /// <param name="kernel">A static method with one parameter, a struct of views and numbers.</param>
    /// <param name="items">Number of items; 0 launches nothing.</param>
    /// <param name="args">The kernel's argument.</param>
    public void Launch<TArgs>(Action<TArgs> kernel, long items, TArgs args)
        where TArgs : struct
    {
        if (items <= 0) return;
        int size = IsEmulator ? 32 : GroupSize;
        long limit = IsEmulator ? 4 : 32L * accelerator.NumMultiprocessors;
        LaunchGroups(kernel, (int)Math.Min((items + size - 1) / size, limit), size, args);
    }

    /// <summary>Launches a GPU kernel on a given grid.</summary>
    public void LaunchGroups<TArgs>(Action<TArgs> kernel, int groups, int groupSize, TArgs args)
        where TArgs : struct => loader.Get(kernel)(accelerator.DefaultStream, new KernelConfig(groups, groupSize), args);

    /// <summary>A buffer as an ILGPU view.</summary>
    public ArrayView<T> View<T>(Storage<T> storage)
        where T : unmanaged => ((GpuMemory)storage.Memory).View.Cast<T>().SubView(0, storage.Length);

    /// <summary>An optional buffer as an ILGPU view. An absent one becomes a view of length 0 over other memory: kernels test its length.</summary>
    public ArrayView<T> ViewOrEmpty<T, TOther>(Storage<T>? storage, Storage<TOther> other)
        where T : unmanaged
        where TOther : unmanaged => storage is null ? ((GpuMemory)other.Memory).View.Cast<T>().SubView(0, 0) : View(storage);

    /// <inheritdoc/>
    public override void Synchronize() => accelerator.Synchronize();

    /// <inheritdoc/>
    public override void Dispose()
    {
        accelerator.Synchronize();
        base.Dispose();
        accelerator.Dispose();
        context.Dispose();
    }

    private protected override void Execute<TKernel, TArgs>(in TArgs args) => TKernel.Gpu(this, in args);

    private protected override DeviceMemory AllocateMemory(long bytes) => new GpuMemory(accelerator.Allocate1D<byte>(bytes));

    private protected override unsafe void CopyIn(ReadOnlySpan<byte> source, DeviceMemory destination)
    {
        // ILGPU takes the address of what it is given without pinning it.
        fixed (byte* host = source)
        {
            ((GpuMemory)destination).View.SubView(0, source.Length).CopyFromCPU(ref *host, source.Length);
            accelerator.Synchronize();
        }
    }

    private protected override unsafe void CopyOut(DeviceMemory source, Span<byte> destination)
    {
        accelerator.Synchronize();
        fixed (byte* host = destination)
        {
            ((GpuMemory)source).View.SubView(0, destination.Length).CopyToCPU(ref *host, destination.Length);
            accelerator.Synchronize();
        }
    }

    private static Context.Builder Options(Context.Builder builder) => builder.Optimize(OptimizationLevel.O2);

    private static GpuDevice Open(string kind, int index, Func<Context.Builder, Context.Builder> select, Func<Context, Accelerator> create)
    {
        NativeDrivers.Register();
        try
        {
            return new GpuDevice(Context.Create(builder => select(Options(builder))), create);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Exception cause = exception.GetBaseException();
            throw new DeviceUnavailableException($"{kind}:{index} cannot be used: {cause.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    private sealed class GpuMemory(MemoryBuffer1D<byte, Stride1D.Dense> buffer) : DeviceMemory(buffer.Length)
    {
        public ArrayView<byte> View => buffer.View.BaseView;

        public override void Dispose() => buffer.Dispose();
    }
}
