using System.Reflection;
using System.Runtime.InteropServices;

namespace RawFuse.Kernels;

/// <summary>
/// Finds the GPU drivers' libraries, and says in words what is missing. ILGPU asks for the unversioned names, which many Linux systems install only with
/// development packages; the drivers themselves come as <c>libcuda.so.1</c> and <c>libOpenCL.so.1</c>.
/// </summary>
internal static unsafe class NativeDrivers
{
    private const int NoCudaDevice = 100;

    private static int registered;

    public static void Register()
    {
        if (Interlocked.Exchange(ref registered, 1) == 0) NativeLibrary.SetDllImportResolver(typeof(ILGPU.Context).Assembly, Resolve);
    }

    /// <summary>Why there is no NVIDIA GPU to compute on; null where the driver finds one.</summary>
    public static string? CudaProblem()
    {
        string library = OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";
        if (!TryFind(library, "cuInit", out nint start) || !TryFind(library, "cuDeviceGetCount", out nint count))
            return $"there is no NVIDIA driver (its library {library} was not found)";
        int devices = 0, error = ((delegate* unmanaged<uint, int>)start)(0);
        if (error == 0) error = ((delegate* unmanaged<int*, int>)count)(&devices);
        if (error is not (0 or NoCudaDevice)) return $"the NVIDIA driver does not start (CUDA error {error})";
        return devices > 0 ? null : "the NVIDIA driver finds no GPU";
    }

    /// <summary>Why there is no OpenCL device to compute on; null where a platform is installed.</summary>
    public static string? OpenClProblem()
    {
        string library = OperatingSystem.IsWindows() ? "OpenCL.dll" : "libOpenCL.so.1";
        if (!TryFind(library, "clGetPlatformIDs", out nint get)) return $"there is no OpenCL (its library {library} was not found)";
        uint platforms = 0;
        int error = ((delegate* unmanaged<uint, nint, uint*, int>)get)(0, 0, &platforms);
        return error == 0 && platforms > 0 ? null : "OpenCL is there, but no driver of a device";
    }

    private static bool TryFind(string library, string function, out nint address)
    {
        address = 0;
        return NativeLibrary.TryLoad(library, out nint handle) && NativeLibrary.TryGetExport(handle, function, out address);
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        string? versioned = name switch
        {
            _ when !OperatingSystem.IsLinux() => null,
            "cuda" or "libcuda" or "libcuda.so" => "libcuda.so.1",
            "OpenCL" or "libOpenCL" or "libOpenCL.so" => "libOpenCL.so.1",
            _ => null,
        };
        return versioned is not null && NativeLibrary.TryLoad(versioned, out nint handle) ? handle : nint.Zero;
    }
}
