namespace RawFuse.Kernels;

/// <summary>A kernel's name, made once.</summary>
internal static class KernelName<TKernel>
{
    public static readonly string Text = KernelName.Of(typeof(TKernel));
}

/// <summary>How a kernel is called: by its type, with type arguments in angle brackets.</summary>
internal static class KernelName
{
    public static string Of(Type type)
    {
        if (!type.IsGenericType) return type.Name;
        string arguments = string.Join(", ", type.GenericTypeArguments.Select(Of));
        int tick = type.Name.IndexOf('`');
        return $"{(tick < 0 ? type.Name : type.Name[..tick])}<{arguments}>";
    }
}
