using System.Globalization;

namespace RawFuse.Bench.Ratios.Memory;

/// <summary>What the system says of this process's memory. Linux only.</summary>
internal static class ProcessMemory
{
    private const string Status = "/proc/self/status", ClearReferences = "/proc/self/clear_refs";

    /// <summary>Resident now, in MB (2^20 bytes).</summary>
    public static double Resident => Read("VmRSS:");

    /// <summary>The most that was resident since the start or <see cref="ResetPeak"/>, in MB.</summary>
    public static double Peak => Read("VmHWM:");

    /// <summary>Starts a new measurement of the peak.</summary>
    /// <exception cref="UnauthorizedAccessException">The system does not allow it.</exception>
    public static void ResetPeak() => File.WriteAllText(ClearReferences, "5");

    /// <summary>Gives the managed heap's free memory back to the system.</summary>
    public static void Settle()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    private static double Read(string key)
    {
        string line = File.ReadLines(Status).First(line => line.StartsWith(key, StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
    }
}
