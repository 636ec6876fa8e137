using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Reflection.Emit;

namespace RawFuse.Kernels;

/// <summary>
/// All GPU kernels of this library, found without running any: starting from the <c>Gpu</c> body of every <see cref="IKernel{TArgs}"/>, calls are followed through
/// the library's IL, with the type arguments they are made with, to the methods that are launched. A new kernel needs no registration.
/// </summary>
[RequiresUnreferencedCode("Reads the IL of the kernels.")]
[RequiresDynamicCode("Closes generic kernels.")]
public static class GpuKernels
{
    /// <summary>What a type parameter without a contract stands for: the elements of buffers.</summary>
    private static readonly Type[] Elements = [typeof(float), typeof(int), typeof(byte), typeof(sbyte)];

    private static readonly Assembly Library = typeof(GpuKernels).Assembly;

    private static readonly Type[] Types = Library.GetTypes();

    /// <summary>
    /// Lists the kernels' methods, generic ones once for each closing that is launched, in the order of their names. A generic <see cref="IKernel{TArgs}"/> counts with
    /// every struct of the library that satisfies its constraints; one without an interface among them with float, int, byte and sbyte.
    /// </summary>
    public static IReadOnlyList<MethodInfo> Find() => [.. Operations().SelectMany(LaunchedBy).Distinct().OrderBy(NameOf, StringComparer.Ordinal)];

    /// <summary>What an operation launches.</summary>
    /// <param name="operation">A closed type that implements <see cref="IKernel{TArgs}"/>.</param>
    public static IReadOnlyList<MethodInfo> LaunchedBy(Type operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        var kernels = new List<MethodInfo>();
        var seen = new HashSet<MethodBase>();
        Follow(operation.GetMethod(nameof(IKernel<>.Gpu), BindingFlags.Public | BindingFlags.Static)!, seen, kernels);
        return kernels;
    }

    /// <summary>The types that implement <see cref="IKernel{TArgs}"/>, closed.</summary>
    public static IEnumerable<Type> Operations() =>
        Types.Where(type => !type.IsInterface && Implements(type, typeof(IKernel<>))).SelectMany(type => type.IsGenericTypeDefinition ? Closings(type) : [type]);

    /// <summary>What a person calls a kernel, such as <c>Map&lt;Relu&gt;.Kernel</c>.</summary>
    public static string NameOf(MethodInfo kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        string arguments = kernel.IsGenericMethod ? $"<{string.Join(", ", kernel.GetGenericArguments().Select(KernelName.Of))}>" : "";
        return $"{KernelName.Of(kernel.DeclaringType!)}.{kernel.Name}{arguments}";
    }

    private static void Follow(MethodBase method, HashSet<MethodBase> seen, List<MethodInfo> kernels)
    {
        if (method.Module.Assembly != Library || !seen.Add(method)) return;
        foreach ((OpCode code, MethodBase target) in IlCalls.Of(method))
        {
            if (code == OpCodes.Ldftn && IsKernel(target)) kernels.Add((MethodInfo)target);
            else Follow(target, seen, kernels);
        }
    }

    private static bool IsKernel(MethodBase method) =>
        method is MethodInfo { IsStatic: true } found && found.Module.Assembly == Library && found.ReturnType == typeof(void)
        && found.GetParameters() is [{ ParameterType.IsValueType: true }];

    private static IEnumerable<Type> Closings(Type definition)
    {
        IEnumerable<Type[]> closings = [[]];
        foreach (Type parameter in definition.GetGenericArguments())
        {
            Type[] candidates = Candidates(parameter);
            closings = [.. from closing in closings from candidate in candidates select (Type[])[.. closing, candidate]];
        }

        return closings.Select(definition.MakeGenericType);
    }

    private static Type[] Candidates(Type parameter)
    {
        Type[] contracts = [.. parameter.GetGenericParameterConstraints().Where(type => type.IsInterface).Select(Definition)];
        if (contracts.Length == 0) return Elements;
        return [.. Types.Where(type => type is { IsValueType: true, IsGenericType: false } && contracts.All(contract => Implements(type, contract)))];
    }

    private static bool Implements(Type type, Type contract) => type.GetInterfaces().Any(found => Definition(found) == contract);

    private static Type Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;
}
