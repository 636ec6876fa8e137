using RawFuse.Kernels;

namespace RawFuse.Tests.Kernels;

/// <summary>What the lint finds in PTX, snippet by snippet.</summary>
public sealed class PtxAssemblyTests
{
    [Theory]
    [InlineData("\tcall (%f2), sinf, (%f1);", "a call")]
    [InlineData("\tcall.uni (%f2), sinf, (%f1);", "a call")]
    [InlineData("\t@%p1 call.uni helper;", "a call")]
    [InlineData("\t@!%p12 call helper;", "a call")]
    [InlineData("\ttanh.approx.f32 %f2, %f1;", "approximate tanh")]
    [InlineData("\tcopysign.f32 %f3, %f1, %f2;", "copysign")]
    [InlineData("\tmov %r1, %r2;", "a move without a type")]
    [InlineData("\t@%p3 mov %r1, %r2;", "a move without a type")]
    [InlineData("\t@%p4 bra.uni L_1;", "marked uniform")]
    [InlineData("\t@!%p4  bra.uni L_1;", "marked uniform")]
    public void LintFinds(string line, string meaning)
    {
        string finding = Assert.Single(PtxAssembly.Lint($".entry Kernel\n{{\n\tadd.f32 %f3, %f1, %f2;\n{line}\n\tret;\n}}\n"));
        Assert.Contains(meaning, finding);
        Assert.Contains(line.Trim().Split('.', ' ')[0], finding);
    }

    [Fact]
    public void LintNamesEveryFinding() => Assert.Equal(2, PtxAssembly.Lint("\ttanh.approx.f32 %f2, %f1;\n\tmov %r1, %r2;\n").Count);

    [Theory]
    [InlineData("\tmov.u32 %r1, %ctaid.x;")]
    [InlineData("\tbra.uni L_1;")]
    [InlineData("\t@%p1 bra L_1;")]
    [InlineData("\tex2.approx.f32 %f2, %f1;")]
    [InlineData("// call me\n.visible .func callback;")]
    public void LintAccepts(string line) => Assert.Empty(PtxAssembly.Lint($".entry Kernel\n{{\n{line}\n\tret;\n}}\n"));
}
