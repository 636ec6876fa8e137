using ILGPU;
using ILGPU.Runtime;

namespace RawFuse.Kernels;

/// <summary>Uploads from page-locked memory on a stream of their own, which runs beside that of the kernels.</summary>
internal sealed class GpuUploader(GpuDevice device, Accelerator accelerator) : Uploader(device)
{
    private readonly AcceleratorStream stream = accelerator.CreateStream();

    /// <summary>Host memory for the first, second, ... buffer of each round: batches are alike.</summary>
    private readonly List<PageLockedMemory> host = [];

    private readonly List<ArrayView<byte>> targets = [];

    /// <summary>Behind all kernels that may use the present buffers' memory for its last owner.</summary>
    private ProfilingMarker? lastUses;

    public override void Complete()
    {
        // The host waits, as ILGPU has no stream wait for another. This is not the thread that launches kernels.
        lastUses?.Synchronize();
        for (int i = 0; i < targets.Count; i++) host[i].CopyTo(stream, 0, targets[i]);
        stream.Synchronize();
        targets.Clear();
    }

    public override void Dispose()
    {
        lastUses?.Dispose();
        stream.Synchronize();
        stream.Dispose();
        foreach (PageLockedMemory memory in host) memory.Dispose();
        base.Dispose();
    }

    private protected override Span<byte> Map(DeviceMemory destination, int bytes)
    {
        // The memory came back after its last use was launched, and was rented after that: a marker now is behind it.
        lastUses?.Dispose();
        lastUses = accelerator.DefaultStream.AddProfilingMarker();
        int number = targets.Count;
        targets.Add(GpuDevice.ViewOf(destination).SubView(0, bytes));
        if (number == host.Count) host.Add(new PageLockedMemory(accelerator, bytes));
        if (host[number].Bytes < bytes)
        {
            host[number].Dispose();
            host[number] = new PageLockedMemory(accelerator, bytes);
        }

        return host[number].Span[..bytes];
    }
}
