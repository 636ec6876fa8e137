namespace RawFuse.Tests.Support;

/// <summary>Hears what is reported on the reporting thread, so that nothing arrives late (as it may with <see cref="Progress{T}"/>).</summary>
internal sealed class Heard<T>(Action<T> hear) : IProgress<T>
{
    public void Report(T value) => hear(value);
}
