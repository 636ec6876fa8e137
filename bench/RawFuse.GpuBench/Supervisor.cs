using System.Diagnostics;

namespace RawFuse.GpuBench;

/// <summary>
/// Runs cases in another process (see <see cref="Worker"/>), and in a new one after each case that lost the device, ended the process or hung: what one kernel does wrong
/// must not hide the others.
/// </summary>
internal static class Supervisor
{
    /// <summary>Opening a device, on top of the first case's time.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    /// <summary>Runs all cases for which there is time.</summary>
    /// <param name="workerFrom">How to start a process that runs the cases from a first one on.</param>
    /// <param name="cases">The cases.</param>
    /// <param name="budget">After so long no more is done.</param>
    /// <param name="report">Told of each result in turn. Cases that were not run have none.</param>
    public static void Run(Func<int, ProcessStartInfo> workerFrom, IReadOnlyList<BenchCase> cases, TimeSpan budget, Action<CaseResult> report)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan Left() => budget - Stopwatch.GetElapsedTime(start);
        for (int next = 0; next < cases.Count && Left() > TimeSpan.Zero;)
        {
            using Process worker = Process.Start(workerFrom(next))!;
            bool isFirst = true;
            while (next < cases.Count)
            {
                TimeSpan limit = isFirst ? cases[next].Limit + StartLimit : cases[next].Limit, left = Left();
                Task<string?> line = worker.StandardOutput.ReadLineAsync();
                if (!line.Wait(Shorter(limit, left)))
                {
                    Kill(worker);
                    if (left <= limit) return;
                    report(new CaseResult(cases[next++].Name, $"It did not end in {limit.TotalSeconds:F0} s."));
                    break;
                }

                if (line.Result is null)
                {
                    worker.WaitForExit();
                    if (worker.ExitCode == Worker.NoDevice) return;
                    if (worker.ExitCode != Worker.Lost || isFirst) report(new CaseResult(cases[next++].Name, $"It ended the process, with code {worker.ExitCode}."));
                    break;
                }

                report(CaseResult.FromLine(line.Result));
                isFirst = false;
                next++;
            }
        }
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => b < TimeSpan.Zero ? TimeSpan.Zero : a < b ? a : b;

    private static void Kill(Process worker)
    {
        worker.Kill();
        worker.WaitForExit();
    }
}
