using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RawFuse.Bench.Ratios.Eopm;
using RawFuse.Bench.Ratios.Torch;
using RawFuse.Kernels;
using RawFuse.Parity;
using TorchSharp;

namespace RawFuse.Bench.Ratios.Memory;

/// <summary>
/// Measures how much an EOPM step makes a process grow. One process measures one side, once: this program starts itself, by the hidden command
/// <c>ratios-memory BASE GENERATOR SIDE THREADS</c>.
/// </summary>
internal static class MemoryProbe
{
    public const string Command = "ratios-memory", RawFuse = "rawfuse";

    /// <summary>Steps that are taken: the second one meets whatever the first left behind.</summary>
    public const int Steps = 2;

    private static readonly Dictionary<(string, string, string, int), MemoryGrowth> Measured = [];

    /// <summary>Measures in a process of its own, once: several cases ask for the same.</summary>
    /// <param name="baseModel">The base model.</param>
    /// <param name="generator">The generator.</param>
    /// <param name="side"><see cref="RawFuse"/> or a way of torch.</param>
    /// <param name="threads">Threads of that side.</param>
    public static MemoryGrowth Measure(string baseModel, string generator, string side, int threads)
    {
        if (!Measured.TryGetValue((baseModel, generator, side, threads), out MemoryGrowth? growth))
            Measured.Add((baseModel, generator, side, threads), growth = Start(baseModel, generator, side, threads));
        return growth;
    }

    /// <summary>The hidden command: measures here and writes the result as JSON.</summary>
    public static int Run(string[] args)
    {
        (string baseModel, string generator, string side, int threads) = (args[0], args[1], args[2], int.Parse(args[3], CultureInfo.InvariantCulture));
        Console.WriteLine(JsonSerializer.Serialize(side == RawFuse ? OfRawFuse(baseModel, generator, threads) : OfTorch(baseModel, generator, side, threads)));
        return 0;
    }

    private static MemoryGrowth Start(string baseModel, string generator, string side, int threads)
    {
        string self = Environment.ProcessPath!;
        string[] program = Path.GetFileNameWithoutExtension(self) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
        var start = new ProcessStartInfo(self, [.. program, Command, baseModel, generator, side, threads.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new RatioException($"The process that measures the memory of '{side}' ended with code {process.ExitCode}.");
        return JsonSerializer.Deserialize<MemoryGrowth>(output)!;
    }

    private static MemoryGrowth OfRawFuse(string baseModel, string generator, int threads)
    {
        using (EopmProblem small = Small(threads)) small.Step();
        ProcessMemory.Settle();
        double before = ProcessMemory.Resident;
        using var problem = new EopmProblem(baseModel, generator, threads);
        problem.ReleaseBase();
        ProcessMemory.Settle();
        ProcessMemory.ResetPeak();
        for (int i = 0; i < Steps; i++) problem.Step();
        MemoryPool pool = problem.Device.Pool;
        return new MemoryGrowth(ProcessMemory.Peak - before, Megabytes(pool.PeakBytesInUse), Megabytes(pool.BytesReserved));
    }

    /// <summary>RawFuse makes the networks whose numbers torch gets, and is gone before the step.</summary>
    private static MemoryGrowth OfTorch(string baseModel, string generator, string way, int threads)
    {
        if (LibtorchSetup.Load(threads) is { } reason) throw new RatioException(reason);
        using (EopmProblem small = Small(threads))
        using (TorchEopm smallTorch = small.InTorch(way, MemoryFormat.ChannelsLast))
            Step(smallTorch);
        ProcessMemory.Settle();
        double before = ProcessMemory.Resident;
        TorchEopm torch;
        using (var problem = new EopmProblem(baseModel, generator, threads)) torch = problem.InTorch(way, MemoryFormat.ChannelsLast);
        ProcessMemory.Settle();
        ProcessMemory.ResetPeak();
        for (int i = 0; i < Steps; i++) Step(torch);
        double growth = ProcessMemory.Peak - before;
        torch.Dispose();
        return new MemoryGrowth(growth, 0, 0);
    }

    /// <summary>Compiles and loads whatever a step needs.</summary>
    private static EopmProblem Small(int threads) => new("vgg6", "ConvS", threads, images: 2, chips: 1);

    private static void Step(TorchEopm eopm) => Libtorch.Run(() =>
    {
        using DisposeScope scope = torch.NewDisposeScope();
        eopm.Step();
    });

    private static double Megabytes(long bytes) => bytes / 1048576.0;
}
