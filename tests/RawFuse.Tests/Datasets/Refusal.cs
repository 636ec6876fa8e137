using RawFuse.Datasets;

namespace RawFuse.Tests.Datasets;

/// <summary>How readers refuse what they cannot read.</summary>
internal static class Refusal
{
    /// <summary>Runs what must be refused with a <see cref="DatasetException"/> of one line that contains all parts.</summary>
    public static void Of(Action load, params string[] parts)
    {
        string message = Assert.Throws<DatasetException>(load).Message;
        Assert.All(parts, part => Assert.Contains(part, message));
        Assert.DoesNotContain('\n', message);
    }
}
