using System.Globalization;
using System.Text.RegularExpressions;

namespace RawFuse.Kernels;

/// <summary>
/// What PTX text says about a kernel's speed before it runs: memory it spills to, widths of its loads, and which arithmetic it uses. Instructions are counted
/// as they stand in the text, once each, however often a loop repeats them.
/// </summary>
public sealed partial class PtxReport
{
    private PtxReport(string ptx)
    {
        Lint = PtxAssembly.Lint(ptx);
        var vectors = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var registers = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (string statement in Statements(ptx))
        {
            if (Variable().Match(statement) is { Success: true } variable) CountVariable(variable);
            else if (RegisterDeclaration().Match(statement) is { Success: true } declared) Add(registers, declared.Groups[1].Value, Number(declared.Groups[2].Value));
            else CountInstruction(statement.Split([' ', '\t'], 2)[0].Split('.'), vectors);
        }

        VectorLoads = vectors;
        Registers = registers;
    }

    /// <summary>Bytes of local memory that each thread is given: spilled arrays and structs. They lie in global memory, so a fast kernel has none.</summary>
    public int LocalBytes { get; private set; }

    /// <summary>Bytes of shared memory that each group is given statically.</summary>
    public int SharedBytes { get; private set; }

    /// <summary>Loads of 2 or 4 numbers at once from global and shared memory: the instruction, such as <c>ld.global.v4.f32</c>, and how many.</summary>
    public IReadOnlyDictionary<string, int> VectorLoads { get; }

    /// <summary>Loads of 2 or 4 numbers at once, all together.</summary>
    public int VectorLoadCount => VectorLoads.Values.Sum();

    /// <summary>Bits of the widest load from global memory; 0 without any.</summary>
    public int WidestGlobalLoadBits { get; private set; }

    /// <summary>Bits of the widest store to global memory; 0 without any.</summary>
    public int WidestGlobalStoreBits { get; private set; }

    /// <summary>Fused multiply-adds of floats.</summary>
    public int Fma { get; private set; }

    /// <summary>Tensor-core products (<c>mma.sync</c>, <c>wmma.mma</c>, <c>wgmma.mma_async</c>).</summary>
    public int Mma { get; private set; }

    /// <summary>Products of four bytes at a time (<c>dp4a</c>).</summary>
    public int Dp4a { get; private set; }

    /// <summary>Copies from global to shared memory that bypass registers (<c>cp.async</c>; commits and waits are not counted).</summary>
    public int CpAsync { get; private set; }

    /// <summary>Loads of matrix fragments from shared memory (<c>ldmatrix</c>).</summary>
    public int Ldmatrix { get; private set; }

    /// <summary>
    /// Virtual registers by type, such as <c>f32</c>. The driver's compiler maps them to far fewer real ones.
    /// </summary>
    public IReadOnlyDictionary<string, int> Registers { get; }

    /// <summary>What <see cref="PtxAssembly.Lint"/> finds.</summary>
    public IReadOnlyList<string> Lint { get; }

    /// <summary>Reads PTX.</summary>
    /// <param name="ptx">The text of one kernel, as <see cref="PtxAssembly.Compile"/> returns it.</param>
    public static PtxReport Of(string ptx)
    {
        ArgumentNullException.ThrowIfNull(ptx);
        return new PtxReport(ptx);
    }

    /// <summary>The statements without comments, labels, braces and predicates.</summary>
    private static IEnumerable<string> Statements(string ptx)
    {
        foreach (string part in Comment().Replace(ptx, "").Split(';', '\n', '{', '}'))
        {
            string statement = Prefix().Replace(part, "").Trim();
            if (statement.Length > 0) yield return statement;
        }
    }

    private static void Add(SortedDictionary<string, int> counts, string key, int count) => counts[key] = counts.GetValueOrDefault(key) + count;

    private static int Number(string digits) => digits.Length == 0 ? 1 : int.Parse(digits, CultureInfo.InvariantCulture);

    /// <summary>Bits of a type such as f32, b16x2 or pred.</summary>
    private static int Bits(string type)
    {
        Match match = TypeBits().Match(type);
        return match.Success ? Number(match.Groups[1].Value) * Number(match.Groups[2].Value) : 0;
    }

    private void CountVariable(Match variable)
    {
        // An array without a length is shared memory whose size the launch gives.
        if (variable.Groups[4].Value.Contains("[]")) return;
        int bytes = Bits(variable.Groups[2].Value) / 8 * Math.Max(1, Number(variable.Groups[3].Value));
        foreach (Capture length in variable.Groups[5].Captures) bytes *= Number(length.Value);
        if (variable.Groups[1].Value == "local") LocalBytes += bytes;
        else SharedBytes += bytes;
    }

    private void CountInstruction(string[] parts, SortedDictionary<string, int> vectors)
    {
        switch (parts[0])
        {
            case "ld":
                CountLoad(parts, vectors);
                break;
            case "st" when !parts.Contains("shared") && !parts.Contains("local"):
                WidestGlobalStoreBits = Math.Max(WidestGlobalStoreBits, Width(parts) * Bits(parts[^1]));
                break;
            case "fma":
                Fma++;
                break;
            case "mma" or "wmma" or "wgmma" when parts.Length > 1 && (parts[0] == "mma" || parts[1].StartsWith("mma", StringComparison.Ordinal)):
                Mma++;
                break;
            case "dp4a":
                Dp4a++;
                break;
            case "cp" when parts is [_, "async", "ca" or "cg" or "bulk", ..] && parts[3..].All(part => part is not ("commit_group" or "wait_group")):
                CpAsync++;
                break;
            case "ldmatrix":
                Ldmatrix++;
                break;
        }
    }

    /// <summary>Numbers that a load or a store moves at once.</summary>
    private static int Width(string[] parts) => parts.Contains("v4") ? 4 : parts.Contains("v2") ? 2 : 1;

    private void CountLoad(string[] parts, SortedDictionary<string, int> vectors)
    {
        if (parts.Contains("param") || parts.Contains("local") || parts.Contains("const")) return;
        int width = Width(parts);
        if (width > 1) Add(vectors, string.Join('.', parts), 1);
        if (!parts.Contains("shared")) WidestGlobalLoadBits = Math.Max(WidestGlobalLoadBits, width * Bits(parts[^1]));
    }

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^\s*([\w$]+:(?!:)\s*)?(@!?%\w+\s+)?")]
    private static partial Regex Prefix();

    /// <summary>A variable in local or shared memory: its space, element, vector width and dimensions.</summary>
    [GeneratedRegex(@"^(?:\.extern\s+)?\.(local|shared)\s+(?:\.align\s+\d+\s+)?(?:\.v(?<3>\d)\s+)?\.(?<2>\w+)\s+(?<4>[\w$%]+(?:\[(?<5>\d*)\])*)")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^\.reg\s+\.(\w+)\s+%?\w+(?:<(\d+)>)?")]
    private static partial Regex RegisterDeclaration();

    [GeneratedRegex(@"^\w*?(\d+)(?:x(\d+))?$")]
    private static partial Regex TypeBits();
}
