using RawFuse.KernelCases;
using RawFuse.Kernels;

namespace RawFuse.Tests.Kernels;

/// <summary>Nobody adds a kernel without a case.</summary>
public sealed class KernelTableTests
{
    private static readonly Lazy<HashSet<Type>> Exercised = new(() =>
    {
        using var cpu = new CpuDevice(1);
        return [.. KernelTable.Emulated.SelectMany(name => KernelTable.Run(name, cpu, toy: true).Kernels)];
    });

    [Fact]
    public void HasEveryKernel() => AssertNone(
        from kernel in Implementations(typeof(IKernel<>))
        where !Exercised.Value.Any(type => Definition(type) == kernel)
        select kernel);

    [Fact]
    public void HasEveryUnaryFunctionWithItsGradient() => AssertNone(
        from op in Implementations(typeof(IUnaryOp))
        from kernel in (Type[])[typeof(Map<>), typeof(MapGradient<>)]
        where !Exercised.Value.Contains(kernel.MakeGenericType(op))
        select op);

    [Fact]
    public void HasEveryBinaryFunction() => AssertNone(
        from op in Implementations(typeof(IBinaryOp))
        where !Exercised.Value.Contains(typeof(Zip<>).MakeGenericType(op))
        select op);

    private static void AssertNone(IEnumerable<Type> missing) => Assert.Empty(missing.Select(type => type.Name));

    /// <summary>The types of the kernel library that implement an interface.</summary>
    private static Type[] Implementations(Type contract)
    {
        Type[] found =
        [
            .. from type in typeof(Device).Assembly.GetTypes()
               where !type.IsInterface && type.GetInterfaces().Any(candidate => Definition(candidate) == contract)
               select type,
        ];
        Assert.NotEmpty(found);
        return found;
    }

    private static Type Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;
}
