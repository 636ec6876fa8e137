using System.Reflection;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;

namespace RawFuse.Kernels;

/// <summary>
/// Compiles GPU kernels once each and keeps their launchers alive (ILGPU's own cache holds them weakly). Kernels are
/// explicitly grouped; PTX is repaired and checked by <see cref="PtxAssembly"/> before it is loaded.
/// </summary>
internal sealed class KernelLoader(Accelerator accelerator)
{
    private readonly Dictionary<MethodInfo, Delegate> launchers = [];
    private readonly Lock gate = new();

    public IReadOnlyCollection<MethodInfo> Loaded
    {
        get
        {
            lock (gate) return [.. launchers.Keys];
        }
    }

    public Action<AcceleratorStream, KernelConfig, TArgs> Get<TArgs>(Action<TArgs> kernel)
        where TArgs : struct
    {
        MethodInfo method = kernel.Method;
        lock (gate)
        {
            if (launchers.TryGetValue(method, out Delegate? known)) return (Action<AcceleratorStream, KernelConfig, TArgs>)known;
            CompiledKernel compiled = accelerator.GetBackend().Compile(EntryPointDescription.FromExplicitlyGroupedKernel(method), KernelSpecialization.Empty);
            if (compiled is PTXCompiledKernel ptx) PtxAssembly.RepairAndCheck(ptx, method);
            var launcher = accelerator.LoadKernel(compiled).CreateLauncherDelegate<Action<AcceleratorStream, KernelConfig, TArgs>>();
            launchers.Add(method, launcher);
            return launcher;
        }
    }
}
