using System.Diagnostics;
using RawFuse.GpuBench;

namespace RawFuse.Tests.GpuBench;

/// <summary>What happens to the other cases when one of them goes wrong in every way there is. Shell scripts stand for the processes.</summary>
public sealed class SupervisorTests
{
    private static readonly TimeSpan Budget = TimeSpan.FromMinutes(1);

    [Fact]
    public void OneCaseDoesNotHideTheOthers()
    {
        List<CaseResult> results = Run(
            Budget, "right", "wrong", "crash", "lost", "right", "hang", "right");
        Assert.Equal(["right", "wrong", "crash", "lost", "right", "hang", "right"], results.Select(result => result.Case));
        Assert.Equal([null, "different", "It ended the process, with code 134.", "lost", null, "It did not end in 0 s.", null], results.Select(result => result.Error));
    }

    [Fact]
    public void CasesBeyondTheBudgetAreNotRun() => Assert.Equal(["right"], Run(TimeSpan.FromSeconds(2), "right", "sleep", "right").Select(result => result.Case));

    [Fact]
    public void WithoutADeviceNothingIsRun() => Assert.Empty(Run(Budget, "no-device", "right"));

    private static List<CaseResult> Run(TimeSpan budget, params string[] names)
    {
        var results = new List<CaseResult>();
        BenchCase[] cases = [.. names.Select(name => new BenchCase(name, _ => new CaseResult(name), name == "hang" ? TimeSpan.FromMilliseconds(200) : Budget))];
        Supervisor.Run(from => Script(names[from..]), cases, budget, results.Add);
        return results;
    }

    /// <summary>A process that does what the cases are called.</summary>
    private static ProcessStartInfo Script(IEnumerable<string> names) => new("sh", ["-c", string.Join('\n', names.Select(Line))]) { RedirectStandardOutput = true };

    private static string Line(string name) => name switch
    {
        "right" => $"echo '{new CaseResult(name).ToLine()}'",
        "wrong" => $"echo '{new CaseResult(name, "different").ToLine()}'",
        "crash" => "exit 134",
        "lost" => $"echo '{new CaseResult(name, "lost").ToLine()}'; exit {Worker.Lost}",
        "no-device" => $"exit {Worker.NoDevice}",
        _ => "exec sleep 100",
    };
}
