namespace RawFuse.Kernels;

/// <summary>
/// One operation with two bodies. A kernel type is stateless: it is only ever named as a type argument of
/// <see cref="Device.Run{TKernel, TArgs}"/>. Adding an operation means adding such a type, never editing a device.
/// </summary>
/// <typeparam name="TArgs">The operation's arguments: one readonly struct that names every buffer and size.</typeparam>
public interface IKernel<TArgs>
    where TArgs : struct
{
    /// <summary>Runs on the CPU: plain C# over pointers and SIMD vectors, with its own partition of the work over threads.</summary>
    static abstract void Cpu(CpuDevice device, in TArgs args);

    /// <summary>Runs on an ILGPU accelerator: launches one or more explicitly grouped GPU kernels.</summary>
    static abstract void Gpu(GpuDevice device, in TArgs args);
}
