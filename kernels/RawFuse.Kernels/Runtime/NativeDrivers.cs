using System.Reflection;
using System.Runtime.InteropServices;

namespace RawFuse.Kernels;

/// <summary>
/// Finds the GPU drivers' libraries. ILGPU asks for the unversioned names, which many Linux systems install only with
/// development packages; the drivers themselves come as <c>libcuda.so.1</c> and <c>libOpenCL.so.1</c>.
/// </summary>
internal static class NativeDrivers
{
    private static int registered;

    public static void Register()
    {
        if (Interlocked.Exchange(ref registered, 1) == 0) NativeLibrary.SetDllImportResolver(typeof(ILGPU.Context).Assembly, Resolve);
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
