using System.Diagnostics;
using System.Text.Json;
using RawFuse.Bench.Ratios.Torch;
using RawFuse.Kernels;
using RawFuse.Serialization;

namespace RawFuse.Bench.Ratios;

/// <summary>Measures RawFuse against torch: <c>ratios [--case NAME] [--list] [--threads N] [--json FILE]</c>.</summary>
internal static class RatiosCommand
{
    private const int MostThreads = 1024;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static int Run(string[] args)
    {
        string? name = null, file = null;
        bool isList = false;
        int threads = Environment.ProcessorCount;
        for (int i = 0; i < args.Length; i++)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i])
            {
                case "--list":
                    isList = true;
                    continue;
                case "--case" when value is not null:
                    name = value;
                    break;
                case "--json" when value is not null:
                    file = value;
                    break;
                case "--threads" when int.TryParse(value, out threads) && threads is >= 1 and <= MostThreads:
                    break;
                default:
                    return Fail(2, $"'{args[i]}{(value is null ? "" : $" {value}")}' is not understood; known are --case NAME, --list, --threads 1-{MostThreads} and --json FILE.");
            }

            i++;
        }

        RatioCase[] cases = name is null ? RatioCases.All : RatioCases.Named(name);
        if (cases.Length == 0) return Fail(2, $"There is no case '{name}', and none whose name begins so; --list shows them all.");
        if (isList)
        {
            foreach (RatioCase @case in cases) Console.WriteLine(@case.Name);
            return 0;
        }

        using AtomicFile? json = TryOpen(file, out string? refusal);
        if (refusal is not null) return Fail(2, $"--json: {refusal}");
        if (LibtorchSetup.Load(threads) is { } reason) return Fail(1, $"There is nothing to compare with: {reason}");
        LibtorchSetup.KeepFreedMemory();
        return Measure(cases, threads, json);
    }

    private static AtomicFile? TryOpen(string? file, out string? refusal)
    {
        refusal = null;
        try
        {
            return file is null ? null : new AtomicFile(file);
        }
        catch (Exception exception) when (exception is IOException or ArgumentException)
        {
            refusal = exception.Message;
            return null;
        }
    }

    private static int Measure(RatioCase[] cases, int threads, AtomicFile? json)
    {
        Console.WriteLine($"{threads} threads each, {CpuDevice.InstructionSet}; medians. A ratio above 1 says that RawFuse, in its default mode, takes less than torch.");
        Console.WriteLine($"{"case",-46} {"RawFuse ms",11} {"torch ms",11} {"ratio",7}  note");
        var results = new List<RatioResult>();
        long start = Stopwatch.GetTimestamp();
        foreach (RatioCase @case in cases)
        {
            try
            {
                results.Add(@case.Measure(threads));
            }
            catch (RatioException exception)
            {
                return Fail(1, exception.Message);
            }

            Print(results[^1]);
        }

        foreach (RatioResult mean in RatioCases.Means(results).ToArray())
        {
            results.Add(mean);
            Print(mean);
        }

        Console.WriteLine($"{Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s");
        if (json is null) return 0;
        JsonSerializer.Serialize(json.Stream, results, Json);
        json.Commit();
        return 0;
    }

    private static void Print(RatioResult result) =>
        Console.WriteLine($"{result.Case,-46} {result.RawfuseMs,11:F3} {result.TorchMs,11:F3} {result.Ratio,7:F2}  {result.Note}");

    private static int Fail(int code, string message)
    {
        Console.Error.WriteLine(message);
        return code;
    }
}
