using ILGPU;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Types;
using ILGPU.IR.Values;
using Generator = ILGPU.Backends.PTX.PTXCodeGenerator;

namespace RawFuse.Kernels;

/// <summary>
/// The instructions that stand for our intrinsics in PTX. Registered with every context that compiles kernels; on the emulator the intrinsics run as the C# they are.
/// All but products of four bytes need compute capability 8.0.
/// </summary>
internal static class PtxIntrinsics
{
    public static void Register(Context context)
    {
        IntrinsicImplementationManager manager = context.GetIntrinsicManager();
        Add(manager, TensorCore.MultiplyTf32, GenerateMultiplyTf32);
        Add(manager, TensorCore.MultiplyBf16, GenerateMultiplyBf16);
        Add(manager, TensorCore.MultiplyBytes, GenerateMultiplyBytes);
        Add(manager, TensorCore.MultiplyMixedBytes, GenerateMultiplyMixedBytes);
        Add(manager, TensorCore.LoadMatrices, GenerateLoadMatrices);
        Add(manager, TensorCore.LoadMatricesTransposed, GenerateLoadMatricesTransposed);
        Add(manager, TensorFormats.ToTf32, GenerateToTf32);
        Add(manager, TensorFormats.ToBf16Pair, GenerateToBf16Pair);
        Add(manager, ByteProducts.Signed, GenerateSigned);
        Add(manager, ByteProducts.Mixed, GenerateMixed);
        Add(manager, MultiplyAdd.Fused, GenerateFused);
        Add(manager, AsyncCopy.Copy16, GenerateCopy16);
        Add(manager, AsyncCopy.Commit, GenerateCommit);
        Add(manager, AsyncCopy.WaitForAllButOne, GenerateWaitForAllButOne);
        Add(manager, AsyncCopy.WaitForAll, GenerateWaitForAll);
    }

    private static void Add(IntrinsicImplementationManager manager, Delegate intrinsic, PTXIntrinsic.Handler generator) =>
        manager.RegisterMethod(intrinsic.Method, new PTXIntrinsic(generator.Method, IntrinsicImplementationMode.GenerateCode));

    private static void GenerateMultiplyTf32(PTXBackend backend, Generator generator, Value call) =>
        Multiply(generator, call, "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32");

    private static void GenerateMultiplyBf16(PTXBackend backend, Generator generator, Value call) =>
        Multiply(generator, call, "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32");

    private static void GenerateMultiplyBytes(PTXBackend backend, Generator generator, Value call) =>
        Multiply(generator, call, "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32");

    private static void GenerateMultiplyMixedBytes(PTXBackend backend, Generator generator, Value call) =>
        Multiply(generator, call, "mma.sync.aligned.m16n8k32.row.col.s32.u8.s8.s32");

    private static void GenerateLoadMatrices(PTXBackend backend, Generator generator, Value call) =>
        LoadMatrices(generator, call, "ldmatrix.sync.aligned.m8n8.x4.shared.b16");

    private static void GenerateLoadMatricesTransposed(PTXBackend backend, Generator generator, Value call) =>
        LoadMatrices(generator, call, "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16");

    private static void GenerateToTf32(PTXBackend backend, Generator generator, Value call) => Simple(generator, call, "cvt.rna.tf32.f32", 0);

    /// <summary>The instruction takes the high half first.</summary>
    private static void GenerateToBf16Pair(PTXBackend backend, Generator generator, Value call) => Simple(generator, call, "cvt.rn.bf16x2.f32", 1, 0);

    private static void GenerateSigned(PTXBackend backend, Generator generator, Value call) => Simple(generator, call, "dp4a.s32.s32", 0, 1, 2);

    private static void GenerateMixed(PTXBackend backend, Generator generator, Value call) => Simple(generator, call, "dp4a.u32.s32", 0, 1, 2);

    private static void GenerateFused(PTXBackend backend, Generator generator, Value call) => Simple(generator, call, "fma.rn.f32", 0, 1, 2);

    private static void GenerateCopy16(PTXBackend backend, Generator generator, Value call)
    {
        Generator.HardwareRegister shared = Address(generator, call[0], MemoryAddressSpace.Shared), global = Address(generator, call[1], MemoryAddressSpace.Global);
        Generator.HardwareRegister bytes = generator.EnsureHardwareRegister(generator.LoadPrimitive(call[2]));
        using Generator.CommandEmitter command = generator.BeginCommand("cp.async.cg.shared.global");
        command.AppendArgumentValue(shared);
        command.AppendArgumentValue(global);
        command.AppendConstant(16L);
        command.AppendArgument(bytes);
    }

    private static void GenerateCommit(PTXBackend backend, Generator generator, Value call) => generator.Command("cp.async.commit_group");

    private static void GenerateWaitForAllButOne(PTXBackend backend, Generator generator, Value call) => generator.Command("cp.async.wait_group 1");

    private static void GenerateWaitForAll(PTXBackend backend, Generator generator, Value call) => generator.Command("cp.async.wait_all");

    private static void Multiply(Generator generator, Value call, string instruction)
    {
        Generator.PrimitiveRegister[] a = Fields(generator, call[0]), b = Fields(generator, call[1]), c = Fields(generator, call[2]);
        Generator.PrimitiveRegister[] sums = Children(generator.Allocate(call));
        using Generator.CommandEmitter command = generator.BeginCommand(instruction);
        command.AppendVectorArgument(sums);
        command.AppendVectorArgument(a);
        command.AppendVectorArgument(b);
        command.AppendVectorArgument(c);
    }

    private static void LoadMatrices(Generator generator, Value call, string instruction)
    {
        Generator.HardwareRegister row = Address(generator, call[0], MemoryAddressSpace.Shared);
        Generator.PrimitiveRegister[] matrices = Children(generator.Allocate(call));
        using Generator.CommandEmitter command = generator.BeginCommand(instruction);
        command.AppendVectorArgument(matrices);
        command.AppendArgumentValue(row);
    }

    private static void Simple(Generator generator, Value call, string instruction, params ReadOnlySpan<int> operands)
    {
        var registers = new Generator.HardwareRegister[operands.Length];
        for (int i = 0; i < operands.Length; i++) registers[i] = generator.EnsureHardwareRegister(generator.LoadPrimitive(call[operands[i]]));
        Generator.HardwareRegister result = generator.AllocateHardware(call);
        using Generator.CommandEmitter command = generator.BeginCommand(instruction);
        command.AppendArgument(result);
        foreach (Generator.HardwareRegister register in registers) command.AppendArgument(register);
    }

    /// <summary>A reference's address within a space. ILGPU passes references with the space it has found for them, or else as generic addresses.</summary>
    private static Generator.HardwareRegister Address(Generator generator, Value reference, MemoryAddressSpace space)
    {
        Generator.HardwareRegister given = generator.LoadHardware(reference);
        MemoryAddressSpace found = ((AddressSpaceType)reference.Type).AddressSpace;
        if (found == space) return given;
        if (found != MemoryAddressSpace.Generic) throw new NotSupportedException($"A reference to {space} memory is wanted, not to {found} memory.");
        Generator.HardwareRegister address = generator.AllocatePlatformRegister(out _);
        using Generator.CommandEmitter command = generator.BeginCommand(space == MemoryAddressSpace.Shared ? "cvta.to.shared.u64" : "cvta.to.global.u64");
        command.AppendArgument(address);
        command.AppendArgument(given);
        return address;
    }

    /// <summary>A struct's fields in registers; constants get one.</summary>
    private static Generator.PrimitiveRegister[] Fields(Generator generator, Value value) =>
        [.. Children(generator.Load(value)).Select(generator.EnsureHardwareRegister)];

    private static Generator.PrimitiveRegister[] Children(Generator.Register register) =>
        [.. ((Generator.CompoundRegister)register).Children.Cast<Generator.PrimitiveRegister>()];
}
