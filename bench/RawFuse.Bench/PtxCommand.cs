using System.Reflection;
using System.Text.Json;
using RawFuse.Kernels;
using RawFuse.Serialization;

namespace RawFuse.Bench;

/// <summary>What every GPU kernel of the library becomes, without a GPU: <c>ptx [--kernel NAME] [--text] [--json FILE]</c>.</summary>
internal static class PtxCommand
{
    private const string Help = """
        ptx [--kernel NAME] [--text] [--json FILE]
        Compiles every GPU kernel of the library to PTX for sm_80 and sm_90 and says what is in it; needs no GPU. With --kernel, those whose names contain NAME.
        --text prints their PTX for sm_80 instead.
        ILGPU writes the same target, sm_80, for both; the driver compiles it for the chip it finds. Instructions are counted as they stand, not as often as they run. ILGPU writes
        products and sums of floats apart; the driver's compiler fuses them.
        --json writes a list with an entry for each kernel and architecture:
          kernel, arch          its name, and sm_80 or sm_90
          localBytes            bytes of local memory of a thread (spilled arrays and structs; 0 in a fast kernel)
          vectorLoads           loads of 2 or 4 numbers at once from global or shared memory
          mma, cpAsync          tensor-core products; copies from global to shared memory beside the registers
          lint                  what is wrong, or slow without warning; also why a kernel does not compile
          vectorLoadKinds       vectorLoads by instruction, such as "ld.global.v4.f32": 2
          widestGlobalLoadBits  bits of the widest load from global memory
          fma, dp4a, ldmatrix   fused multiply-adds; products of 4 bytes; loads of matrix fragments
          sharedBytes           bytes of static shared memory of a group
          registers             virtual registers by type; the driver's compiler needs far fewer
        The exit code is 1 where lint finds something.
        """;

    private static readonly (int Major, int Minor)[] Architectures = [(8, 0), (9, 0)];

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static int Run(string[] args)
    {
        string? file = null, name = null;
        bool isText = false;
        for (int i = 0; i < args.Length; i++)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i])
            {
                case "--help" or "-h":
                    Console.WriteLine(Help);
                    return 0;
                case "--text":
                    isText = true;
                    continue;
                case "--json" when value is not null:
                    file = value;
                    break;
                case "--kernel" when value is not null:
                    name = value;
                    break;
                default:
                    return Fail($"'{args[i]}{(value is null ? "" : $" {value}")}' is not understood; known are --kernel NAME, --text, --json FILE and --help.");
            }

            i++;
        }

        MethodInfo[] kernels = [.. GpuKernels.Find().Where(kernel => name is null || GpuKernels.NameOf(kernel).Contains(name, StringComparison.OrdinalIgnoreCase))];
        if (kernels.Length == 0) return Fail($"There is no kernel whose name contains '{name}'.");
        if (isText)
        {
            foreach (MethodInfo kernel in kernels) Console.WriteLine($"// {GpuKernels.NameOf(kernel)}\n{PtxAssembly.Compile(kernel, Architectures[0])}");
            return 0;
        }

        try
        {
            using AtomicFile? json = file is null ? null : new AtomicFile(file);
            PtxEntry[] entries = Print(kernels);
            if (json is not null)
            {
                JsonSerializer.Serialize(json.Stream, entries, Json);
                json.Commit();
            }

            return entries.Any(entry => entry.Lint.Count > 0) ? 1 : 0;
        }
        catch (IOException exception)
        {
            return Fail($"--json: {exception.Message}");
        }
    }

    private static PtxEntry[] Print(MethodInfo[] kernels)
    {
        int width = kernels.Max(kernel => GpuKernels.NameOf(kernel).Length);
        Console.WriteLine($"{"kernel".PadRight(width)} arch  {"local",6} {"shared",6} {"vector",6} {"widest",6} {"fma",5} {"mma",5} {"dp4a",5} {"async",5} {"ldmat",5}  lint");
        var entries = new List<PtxEntry>();
        foreach (MethodInfo kernel in kernels)
        {
            foreach ((int Major, int Minor) architecture in Architectures)
            {
                PtxEntry e = PtxEntry.Of(kernel, architecture);
                entries.Add(e);
                Console.WriteLine(
                    $"{e.Kernel.PadRight(width)} {e.Arch} {e.LocalBytes,6} {e.SharedBytes,6} {e.VectorLoads,6} {e.WidestGlobalLoadBits,6} "
                    + $"{e.Fma,5} {e.Mma,5} {e.Dp4a,5} {e.CpAsync,5} {e.Ldmatrix,5}  {string.Join("; ", e.Lint)}");
            }
        }

        Console.WriteLine($"{kernels.Length} kernels, {entries.Count(entry => entry.Lint.Count > 0)} findings; bytes per thread (local) and group (shared), bits of the widest global load");
        return [.. entries];
    }

    private static int Fail(string message)
    {
        Console.Error.WriteLine(message);
        return 2;
    }
}
