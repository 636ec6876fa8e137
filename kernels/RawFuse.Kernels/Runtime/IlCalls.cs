using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Reflection.Emit;

namespace RawFuse.Kernels;

/// <summary>The methods that a method's IL names, with type arguments filled in.</summary>
[RequiresUnreferencedCode("Reads the IL of methods.")]
[RequiresDynamicCode("Closes generic methods.")]
internal static class IlCalls
{
    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>Lists calls and addresses of methods (<see cref="OpCodes.Ldftn"/>). A call through an interface on a known struct comes as the struct's method.</summary>
    public static IEnumerable<(OpCode Code, MethodBase Target)> Of(MethodBase method)
    {
        byte[] il = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        Type[] ofType = method.DeclaringType?.GetGenericArguments() ?? [], ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : [];
        Type? receiver = null;
        for (int at = 0; at < il.Length;)
        {
            OpCode code = Codes[il[at] == 0xFE ? unchecked((short)(0xFE00 | il[at + 1])) : il[at]];
            at += code.Size;
            if (code.OperandType == OperandType.InlineMethod)
            {
                MethodBase target = method.Module.ResolveMethod(BitConverter.ToInt32(il, at), ofType, ofMethod)!;
                yield return (code, receiver is null ? target : Implementation(target, receiver));
            }

            // The prefix names the type that the call right behind it is made on.
            receiver = code == OpCodes.Constrained ? method.Module.ResolveType(BitConverter.ToInt32(il, at), ofType, ofMethod) : null;
            at += OperandSize(code, il, at);
        }
    }

    private static MethodBase Implementation(MethodBase target, Type receiver)
    {
        if (target is not MethodInfo { DeclaringType: { IsInterface: true } contract } called || !receiver.IsValueType) return target;
        InterfaceMapping map = receiver.GetInterfaceMap(contract);
        int slot = Array.IndexOf(map.InterfaceMethods, called.IsGenericMethod ? called.GetGenericMethodDefinition() : called);
        if (slot < 0) return target;
        MethodInfo found = map.TargetMethods[slot];
        return called.IsGenericMethod ? found.MakeGenericMethod(called.GetGenericArguments()) : found;
    }

    private static int OperandSize(OpCode code, byte[] il, int at) => code.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(il, at)),
        _ => 4,
    };
}
