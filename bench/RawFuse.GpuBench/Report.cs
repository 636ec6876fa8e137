namespace RawFuse.GpuBench;

/// <summary>Says what came of the cases: on the console, in a file of JSON lines, and by the exit code.</summary>
internal sealed class Report
{
    private readonly bool isCheck;
    private readonly BenchOptions options;
    private int done, failed;

    public Report(string command, BenchOptions options)
    {
        this.options = options;
        isCheck = command == "check";
        if (options.JsonFile is { } file) File.WriteAllText(file, "");
        Console.WriteLine(isCheck ? $"check on {options.Device}, seed {options.Seed}" : $"speed on {options.Device}{(options.IsToy ? ", toy sizes: the times mean nothing" : "")}");
    }

    /// <summary>Adds a result.</summary>
    public void Add(CaseResult result)
    {
        done++;
        if (result.Error is not null) failed++;
        if (options.JsonFile is { } file) File.AppendAllText(file, result.ToLine() + "\n");
        if (result.Error is not null) Console.WriteLine($"FAILED {result.Case}: {result.Error}");
        else if (!isCheck) Console.WriteLine($"{result.Case,-44} {result.MedianMs,10:F3} ms  {result.Note}");
    }

    /// <summary>Says how it ended.</summary>
    /// <param name="all">Number of cases that were to run.</param>
    /// <param name="time">How long it took.</param>
    /// <returns>The exit code: 1 unless everything ran and nothing failed.</returns>
    public int Finish(int all, TimeSpan time)
    {
        string undone = done < all ? $", {all - done} not run" : "", again = isCheck && failed > 0 ? $"; again with --seed {options.Seed}" : "";
        Console.WriteLine($"{done - failed} of {all} cases {(isCheck ? "agree with the processor" : "measured")}, {failed} failed{undone}; {time.TotalSeconds:F0} s{again}");
        return failed > 0 || done < all ? 1 : 0;
    }
}
