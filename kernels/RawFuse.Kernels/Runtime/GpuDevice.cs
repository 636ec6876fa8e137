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

    /// <summary>Threads per group on the emulator, where loops over the rest are to run as well.</summary>
    private const int EmulatorGroupSize = 32;

    private readonly Context context;
    private readonly Accelerator accelerator;
    private readonly KernelLoader loader;
    private readonly Lazy<UploadStage> stage;
    private readonly GpuTimeline timeline;

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
        timeline = new GpuTimeline(accelerator.DefaultStream);
        stage = new Lazy<UploadStage>(() => new UploadStage(accelerator));
        KernelMeter.Add(this);
    }

    /// <inheritdoc/>
    public override string Name => IsEmulator ? "emulator" : accelerator.Name;

    /// <inheritdoc/>
    public override long MemoryBytes => IsEmulator ? CpuDevice.HostMemoryBytes : accelerator.MemorySize;

    /// <summary>The compute capability of an NVIDIA GPU under CUDA, such as (9, 0); null for other devices.</summary>
    public (int Major, int Minor)? ComputeCapability =>
        accelerator is CudaAccelerator { Architecture: var architecture } ? (architecture.Major, architecture.Minor) : null;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Paths =>
        IsEmulator ? ["GPU kernels on the processor, thousands of times slower, for checking them"]
        : HasTensorCores ? ["float32 convolutions on tensor cores (TF32, BF16) or without", "int8 convolutions on tensor cores"]
        : ["float32 convolutions", HasByteProducts ? "int8 convolutions with dp4a" : "int8 convolutions"];

    /// <summary>
    /// How convolutions and matrix products may round their operands, if that lets tensor cores multiply them. A device without tensor cores does not round. int8 convolutions, which are
    /// exact, use tensor cores in any case. It may be changed between kernels.
    /// </summary>
    public MatrixPrecision Precision { get; set; }

    /// <summary><see cref="Precision"/>, or float32 where there are no tensor cores.</summary>
    internal MatrixPrecision TensorPrecision => HasTensorCores ? Precision : MatrixPrecision.Float32;

    /// <summary>Whether this is ILGPU's simulator.</summary>
    public bool IsEmulator => accelerator is CPUAccelerator;

    /// <summary>Whether <see cref="ByteProducts"/> is one instruction here (NVIDIA GPUs from compute capability 6.1 on), or computes as it does on the emulator.</summary>
    public bool HasByteProducts => IsEmulator || accelerator is CudaAccelerator { Architecture: var architecture } && architecture >= CudaArchitecture.SM_61;

    /// <summary>
    /// Whether kernels may use tensor cores, asynchronous copies and matrix loads: NVIDIA GPUs of compute capability 8.0 and later, and the emulator with warps of 32 threads.
    /// </summary>
    public bool HasTensorCores => accelerator switch
    {
        CudaAccelerator cuda => cuda.Architecture >= CudaArchitecture.SM_80,
        CPUAccelerator => accelerator.WarpSize == WarpExchange.Lanes,
        _ => false,
    };

    /// <summary>
    /// Float32 multiply-adds that an NVIDIA GPU's lanes could do at its highest clock, in GFLOP/s, each counted as two operations; null for other devices. A multiprocessor has 128
    /// lanes, 64 at compute capability 8.0 (CUDA C++ Programming Guide, "Arithmetic Instructions").
    /// </summary>
    public double? NominalFmaGflops => accelerator is CudaAccelerator { ClockRate: var megahertz } cuda
        ? 2e-3 * cuda.NumMultiprocessors * (ComputeCapability is (8, 0) ? 64 : 128) * megahertz
        : null;

    /// <summary>The methods of all GPU kernels this device has loaded, in the order of their first use.</summary>
    public IReadOnlyCollection<System.Reflection.MethodInfo> LoadedKernels => loader.Loaded;

    /// <summary>Opens ILGPU's simulator, for groups of up to 256 threads.</summary>
    /// <param name="warpSize">Threads of a warp, a power of two from 2 to 256. Instructions of whole warps, such as those of tensor cores, want 32.</param>
    /// <param name="precision">How operands of convolutions and matrix products may be rounded.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is none of these.</exception>
    public static GpuDevice Emulator(int warpSize = 4, MatrixPrecision precision = MatrixPrecision.Float32)
    {
        if (warpSize is < 2 or > EmulatorThreads || !int.IsPow2(warpSize))
            throw new ArgumentOutOfRangeException(nameof(warpSize), warpSize, $"A warp has a power of two from 2 to {EmulatorThreads} threads.");
        return new(
            Context.Create(builder => GpuDriver.Options(builder).CPU(new CPUDevice(warpSize, EmulatorThreads / warpSize, numMultiprocessors: 1))),
            context => context.CreateCPUAccelerator(0)) { Precision = precision };
    }

    /// <summary>Opens an NVIDIA GPU.</summary>
    /// <param name="index">Number of the GPU, from 0.</param>
    /// <param name="precision">How operands of convolutions and matrix products may be rounded.</param>
    /// <exception cref="DeviceUnavailableException">There is no driver or no such GPU.</exception>
    public static GpuDevice Cuda(int index = 0, MatrixPrecision precision = MatrixPrecision.Float32) =>
        GpuDriver.Cuda.Open(index, context => new GpuDevice(context, from => from.CreateCudaAccelerator(index)) { Precision = precision });

    /// <summary>Opens an OpenCL device.</summary>
    /// <param name="index">Number of the device among those ILGPU accepts, from 0.</param>
    /// <exception cref="DeviceUnavailableException">There is no OpenCL runtime or no such device.</exception>
    public static GpuDevice OpenCl(int index = 0) => GpuDriver.OpenCl.Open(index, context => new GpuDevice(context, from => from.CreateCLAccelerator(index)));

    /// <summary>Number of NVIDIA GPUs; 0 also where their driver is missing.</summary>
    public static int CudaCount => GpuDriver.Cuda.Count();

    /// <summary>Number of OpenCL devices that ILGPU accepts; 0 also where OpenCL is missing.</summary>
    public static int OpenClCount => GpuDriver.OpenCl.Count();

    /// <summary>Threads that <see cref="Launch"/> starts at most: 32 groups for each multiprocessor, which is a whole number of times what all of them hold.</summary>
    public int MostThreads => MostGroups * (IsEmulator ? EmulatorGroupSize : GroupSize);

    /// <summary>Groups of a launch whose kernel loops over the rest: some for every multiprocessor.</summary>
    private int MostGroups => IsEmulator ? 4 : 32 * accelerator.NumMultiprocessors;

    /// <summary>Launches a GPU kernel over a number of independent items, one thread each up to a limit, the rest by a grid-stride loop.</summary>
    /// <param name="kernel">A static method with one parameter, a struct of views and numbers.</param>
    /// <param name="items">Number of items; 0 launches nothing.</param>
    /// <param name="args">The kernel's argument.</param>
    public void Launch<TArgs>(Action<TArgs> kernel, long items, TArgs args)
        where TArgs : struct
    {
        if (items <= 0) return;
        int size = IsEmulator ? EmulatorGroupSize : GroupSize;
        LaunchGroups(kernel, (int)Math.Min((items + size - 1) / size, MostGroups), size, args);
    }

    /// <summary>
    /// Launches a GPU kernel over a number of independent tiles, a group of threads each up to a limit, the rest by a loop from <c>Grid.IdxX</c> on in steps of <c>Grid.DimX</c>.
    /// </summary>
    /// <param name="kernel">A static method with one parameter, a struct of views and numbers. It takes any number of threads per group.</param>
    /// <param name="tiles">Number of tiles; 0 launches nothing.</param>
    /// <param name="groupSize">Threads per group. The emulator has fewer.</param>
    /// <param name="args">The kernel's argument.</param>
    public void LaunchTiles<TArgs>(Action<TArgs> kernel, int tiles, int groupSize, TArgs args)
        where TArgs : struct
    {
        if (tiles > 0) LaunchGroups(kernel, Math.Min(tiles, MostGroups), IsEmulator ? EmulatorGroupSize : groupSize, args);
    }

    /// <summary>Launches a GPU kernel on a given grid.</summary>
    public void LaunchGroups<TArgs>(Action<TArgs> kernel, int groups, int groupSize, TArgs args)
        where TArgs : struct => loader.Get(kernel)(accelerator.DefaultStream, new KernelConfig(groups, groupSize), args);

    /// <summary>A buffer as an ILGPU view.</summary>
    public ArrayView<T> View<T>(Storage<T> storage)
        where T : unmanaged => ViewOf(storage.Memory).Cast<T>().SubView(0, storage.Length);

    /// <summary>An optional buffer as an ILGPU view. An absent one becomes a view of length 0 over other memory: kernels test its length.</summary>
    public ArrayView<T> ViewOrEmpty<T, TOther>(Storage<T>? storage, Storage<TOther> other)
        where T : unmanaged
        where TOther : unmanaged => storage is null ? ViewOf(other.Memory).Cast<T>().SubView(0, 0) : View(storage);

    /// <inheritdoc/>
    public override Uploader CreateUploader() => new GpuUploader(this, accelerator);

    /// <inheritdoc/>
    public override void Synchronize()
    {
        accelerator.Synchronize();
        timeline.Report();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        Synchronize();
        base.Dispose();
        if (stage.IsValueCreated) stage.Value.Dispose();
        accelerator.Dispose();
        context.Dispose();
    }

    internal static ArrayView<byte> ViewOf(DeviceMemory memory) => ((GpuMemory)memory).View;

    private protected override void Execute<TKernel, TArgs>(in TArgs args) => TKernel.Gpu(this, in args);

    private protected override DeviceMemory AllocateMemory(long bytes)
    {
        try
        {
            return new GpuMemory(accelerator.Allocate1D<byte>(bytes));
        }
        catch (Exception exception) when (IsOutOfMemory(exception))
        {
            throw new InsufficientMemoryException(exception.Message, exception);
        }
    }

    private protected override void CopyIn(ReadOnlySpan<byte> source, DeviceMemory destination) => stage.Value.Copy(source, ViewOf(destination));

    private protected override unsafe void CopyOut(DeviceMemory source, Span<byte> destination)
    {
        // In its turn among the kernels, and waited for. ILGPU takes the address of what it is given without pinning it.
        fixed (byte* host = destination) ViewOf(source).SubView(0, destination.Length).CopyToCPU(accelerator.DefaultStream, ref *host, destination.Length);
        timeline.Report();
    }

    private protected override Moment Mark() => timeline.Mark();

    private protected override void Observe(in Observation observation) => timeline.Add(in observation);

    private static bool IsOutOfMemory(Exception exception) => exception switch
    {
        CudaException cuda => cuda.Error == nameof(CudaError.CUDA_ERROR_OUT_OF_MEMORY),
        CLException opencl => opencl.Error is CLError.CL_MEM_OBJECT_ALLOCATION_FAILURE or CLError.CL_OUT_OF_RESOURCES
            or CLError.CL_OUT_OF_HOST_MEMORY or CLError.CL_INVALID_BUFFER_SIZE,
        _ => false,
    };

    private sealed class GpuMemory(MemoryBuffer1D<byte, Stride1D.Dense> buffer) : DeviceMemory(buffer.Length)
    {
        public ArrayView<byte> View => buffer.View.BaseView;

        public override void Dispose() => buffer.Dispose();
    }
}
