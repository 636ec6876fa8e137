namespace RawFuse.Parity;

/// <summary>A theory that compares with libtorch. It shows as skipped, with the loader's reason, where libtorch cannot be loaded.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LibtorchTheoryAttribute : TheoryAttribute
{
    public LibtorchTheoryAttribute() => Skip = Libtorch.WhyNot;
}
