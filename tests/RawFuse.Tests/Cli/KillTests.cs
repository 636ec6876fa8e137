using System.Diagnostics;
using RawFuse.Tests.Serialization;
using Xunit.Abstractions;

namespace RawFuse.Tests.Cli;

/// <summary>Trainings in processes of their own, which are killed (SIGKILL) at random moments, again and again, and resumed.</summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ABaseThatWasKilledAtRandomMomentsEndsAsOneThatWasNot() =>
        KillAndResume("train base --data signs --train-images 160 --batch 16 --epochs 3 --optimizer adam --lr 0.004 --hold-out 32 --ema 0.9");

    [Fact]
    public void AGeneratorThatWasKilledAtRandomMomentsEndsAsOneThatWasNot()
    {
        Assert.True(RunToTheEnd("train base --data signs --train-images 64 --batch 16 --epochs 1", "base.safetensors"));
        KillAndResume($"train fuse --base {folder.File("base.safetensors")} --generator UNetS --train-images 96 --batch 8 --epochs 2 --chips 2 --ber 0.03");
    }

    private void KillAndResume(string arguments)
    {
        Assert.True(RunToTheEnd(arguments, "whole.safetensors"));
        string checkpoints = folder.File("killed.safetensors.checkpoints");
        var random = new Random(7);
        int kills = 0;
        using (Process process = Start($"{arguments} --checkpoint-every 1", "killed.safetensors")) KillSoon(process);
        while (true)
        {
            using Process process = Start($"{arguments} --checkpoint-every 1 --resume", "killed.safetensors");
            if (!KillSoon(process)) break;
        }

        output.WriteLine($"{kills} kills");
        Assert.True(kills >= 3, $"It ended after {kills} kills.");
        Assert.Equal(File.ReadAllBytes(folder.File("whole.safetensors")), File.ReadAllBytes(folder.File("killed.safetensors")));
        Assert.DoesNotContain(Directory.EnumerateFiles(checkpoints), file => file.EndsWith(".tmp"));

        // Not before there is something new to lose, and then at any moment: within a step, within the writing of a checkpoint.
        bool KillSoon(Process process)
        {
            string before = Latest();
            while (!process.HasExited && Latest() == before) Thread.Sleep(1);
            if (!process.WaitForExit(random.Next(400)))
            {
                process.Kill();
                process.WaitForExit();
            }

            if (process.ExitCode == 0) return false;
            kills++;
            return true;
        }

        string Latest() => Directory.Exists(checkpoints) ? Directory.EnumerateFiles(checkpoints, "step-*").Max() ?? "" : "";
    }

    private bool RunToTheEnd(string arguments, string file)
    {
        using Process process = Start(arguments, file);
        return process.WaitForExit(120_000) && process.ExitCode == 0;
    }

    private Process Start(string arguments, string file)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "RawFuse.Cli.dll"));
        foreach (string argument in arguments.Split(' ')) start.ArgumentList.Add(argument);
        start.ArgumentList.Add("--out");
        start.ArgumentList.Add(folder.File(file));
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) => { if (line.Data is { Length: > 0 } text) output.WriteLine(text); };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
