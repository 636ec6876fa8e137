using RawFuse.Kernels;

namespace RawFuse.Tests.Support;

/// <summary>Tests on a real GPU; they show as skipped, with what is missing, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresDeviceTheoryAttribute : TheoryAttribute
{
    private static readonly Lazy<string?> NoCuda = new(() => Problem(() => GpuDevice.Cuda())), NoOpenCl = new(() => Problem(() => GpuDevice.OpenCl()));

    /// <param name="isCuda">Whether the first NVIDIA GPU is wanted, or else the first OpenCL device.</param>
    public RequiresDeviceTheoryAttribute(bool isCuda) => Skip = (isCuda ? NoCuda : NoOpenCl).Value;

    private static string? Problem(Func<GpuDevice> open)
    {
        try
        {
            using GpuDevice device = open();
            return null;
        }
        catch (DeviceUnavailableException exception)
        {
            return exception.Message;
        }
    }
}
