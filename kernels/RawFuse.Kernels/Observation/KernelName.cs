namespace RawFuse.Kernels;

/// <summary>A kernel's name, made once: that of its type, with type arguments in angle brackets.</summary>
internal static class KernelName<TKernel>
{
    public static readonly string Text = Of(typeof(TKernel));

    private static string Of(Type type)
    {
        if (!type.IsGenericType) return type.Name;
        string arguments = string.Join(", ", type.GenericTypeArguments.Select(Of));
        return $"{type.Name[..type.Name.IndexOf('`')]}<{arguments}>";
    }
}
