using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RawFuse.NeuralFuse.Campaigns;
using RawFuse.NeuralFuse.Training;
using RawFuse.Serialization;
using Spectre.Console;

namespace RawFuse.Cli.Output;

/// <summary>Where a command's words and its JSON go. With <c>--json -</c> standard output carries the JSON and nothing else.</summary>
internal sealed class Report : ICampaignReport
{
    private const string StandardOutput = "-";

    private readonly string? jsonFile;

    /// <summary>Opens the report.</summary>
    /// <param name="jsonFile">File for the JSON, "-" for standard output, or null for none.</param>
    /// <param name="otherFiles">The command's other files, none of which may be the same.</param>
    /// <exception cref="ArgumentException">The file cannot be written there.</exception>
    public Report(string? jsonFile, params ReadOnlySpan<string?> otherFiles)
    {
        this.jsonFile = jsonFile is null or StandardOutput ? jsonFile : OutputFile.Check(jsonFile, otherFiles);
        Console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(jsonFile == StandardOutput ? System.Console.Error : System.Console.Out) });
    }

    public IAnsiConsole Console { get; }

    /// <summary>Prints what a user should know while a stage runs.</summary>
    public IProgress<string> Notices => new Immediate<string>(text => Line($"note: {text}"));

    /// <summary>Prints on standard error what a user should know of a result that others may read from standard output.</summary>
    public static IProgress<string> Warnings => new Immediate<string>(text => System.Console.Error.WriteLine($"note: {text}"));

    /// <summary>Prints a line of text.</summary>
    public void Line(string text) => Console.WriteLine(text);

    /// <summary>Runs a stage and shows how far it is.</summary>
    /// <returns>What the stage returned, and the seconds it took.</returns>
    public (T Result, double Seconds) Stage<T>(string name, Func<IProgress<double>, T> work)
    {
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        T result = Bars().Start(context =>
        {
            ProgressTask task = context.AddTask(name.EscapeMarkup());
            T value = work(ShareOf(task));
            task.Value = 100;
            return value;
        });
        return (result, System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>Runs a stage that waits more than it computes, and shows how far it is.</summary>
    public Task StageAsync(string name, Func<IProgress<double>, Task> work) => Bars().StartAsync(async context =>
    {
        ProgressTask task = context.AddTask(name.EscapeMarkup());
        await work(ShareOf(task));
        task.Value = 100;
    });

    /// <summary>Writes the JSON document, if one was asked for; only then is it made.</summary>
    public void Json<T>(Func<T> document, JsonTypeInfo<T> type)
    {
        if (jsonFile is null) return;
        string text = JsonSerializer.Serialize(document(), type) + "\n";
        if (jsonFile == StandardOutput) System.Console.Out.Write(text);
        else AtomicFile.WriteAllText(jsonFile, text);
    }

    /// <summary>A stage's progress as that of a training.</summary>
    public static IProgress<TrainingProgress> Of(IProgress<double> progress) =>
        new Immediate<TrainingProgress>(step => progress.Report((double)step.Step / step.TotalSteps));

    private Progress Bars() => Console.Progress()
        .AutoClear(false)
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new SpinnerColumn());

    private static IProgress<double> ShareOf(ProgressTask task) => new Immediate<double>(share => task.Value = 100 * share);

    /// <summary>Reports on the calling thread, so that nothing arrives late.</summary>
    private sealed class Immediate<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
