using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace RawFuse.Kernels;

/// <summary>
/// The PTX text ILGPU generates, repaired and checked. ILGPU 1.5.3 marks divergent branches as uniform when it
/// optimizes: dropping <c>.uni</c> is always right, since the mark is only a promise. Needs no GPU.
/// </summary>
public static partial class PtxAssembly
{
    /// <summary>Compiles a GPU kernel to PTX for the given architecture and repairs it.</summary>
    /// <param name="kernel">The kernel's method, closed if it is generic.</param>
    /// <param name="architecture">Compute capability, such as (8, 0).</param>
    public static string Compile(MethodInfo kernel, (int Major, int Minor) architecture)
    {
        // A failed compilation poisons its context, so every kernel gets a fresh one.
        using Context context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2));
        PtxIntrinsics.Register(context);
        var target = new CudaArchitecture(architecture.Major, architecture.Minor);
        using var backend = new PTXBackend(context, new CudaCapabilityContext(target), target, CudaInstructionSet.ISA_88, null!);
        var compiled = (PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), KernelSpecialization.Empty);
        return Repair(compiled.PTXAssembly);
    }

    /// <summary>Lists what is known to be wrong, or slow without warning, in PTX; empty when all is well.</summary>
    public static IReadOnlyList<string> Lint(string ptx)
    {
        var findings = new List<string>();
        void Find(Regex pattern, string meaning)
        {
            Match match = pattern.Match(ptx);
            if (match.Success) findings.Add($"{meaning}: '{match.Value.Trim()}'");
        }

        Find(Call(), "a call that was not inlined or does not exist");
        Find(ApproximateTanh(), "approximate tanh (error 2^-11)");
        Find(CopySign(), "copysign (ILGPU swaps its operands)");
        Find(UntypedMove(), "a move without a type");
        Find(UniformConditionalBranch(), "a conditional branch marked uniform");
        return findings;
    }

    internal static void RepairAndCheck(PTXCompiledKernel kernel, MethodInfo method)
    {
        string repaired = Repair(kernel.PTXAssembly);
        IReadOnlyList<string> findings = Lint(repaired);
        if (findings.Count > 0) throw new NotSupportedException($"GPU kernel {method.DeclaringType?.Name}.{method.Name}: {string.Join("; ", findings)}");
        PtxText(kernel) = repaired;
    }

    private static string Repair(string ptx) => UniformIndirectBranch().Replace(UniformConditionalBranch().Replace(ptx, "$1"), "brx.idx");

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<PTXAssembly>k__BackingField")]
    private static extern ref string PtxText(PTXCompiledKernel kernel);

    [GeneratedRegex(@"(@!?%p\d+\s+bra)\.uni")]
    private static partial Regex UniformConditionalBranch();

    [GeneratedRegex(@"brx\.idx\.uni")]
    private static partial Regex UniformIndirectBranch();

    [GeneratedRegex(@"^\s*(@!?%p\d+\s+)?call\b[^\n]*", RegexOptions.Multiline)]
    private static partial Regex Call();

    [GeneratedRegex(@"tanh\.approx[^\n]*")]
    private static partial Regex ApproximateTanh();

    [GeneratedRegex(@"copysign[^\n]*")]
    private static partial Regex CopySign();

    [GeneratedRegex(@"^\s*(@!?%p\d+\s+)?mov\s[^\n]*", RegexOptions.Multiline)]
    private static partial Regex UntypedMove();
}
