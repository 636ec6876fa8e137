using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using RawFuse.Cli.Commands;
using RawFuse.Datasets;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Training;
using RawFuse.Serialization;

namespace RawFuse.Cli;

/// <summary>Parses the command line, runs one command and turns whatever happens into an exit code: 0 done, 1 failed, 2 bad usage or input.</summary>
internal static class Application
{
    private const int Failed = 1;
    private const int BadInput = 2;

    public static async Task<int> RunAsync(string[] args)
    {
        // Not a RootCommand: that is named after the program's file.
        var root = new Command("rawfuse", "RawFuse keeps quantized image classifiers right when the memory of their weights fails at low voltage (NeuralFuse).")
        {
            DemoCommand.Create(),
            TrainCommand.Create(),
            EvalCommand.Create(),
            PredictCommand.Create(),
            InjectCommand.Create(),
            EnergyCommand.Create(),
            ProfileCommand.Create(),
            SweepCommand.Create(),
            TableCommand.Create(),
            DevicesCommand.Create(),
            DataCommand.Create(),
            new HelpOption { Recursive = true },
            new VersionOption(),
        };
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0) return Report(UsageError(parsed), BadInput);

        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            // The signals are handled here, so that a command can end its step and leave no half-written file.
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop.Token);
        }
        catch (OperationCanceledException)
        {
            return Report("stopped", Failed);
        }
        catch (Exception exception) when (exception is ArgumentException or FileFormatException or DatasetException or DeviceUnavailableException)
        {
            return Report(exception.Message, BadInput);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or TrainingException or OutOfMemoryException or DeviceMemoryException)
        {
            return Report(exception.Message, Failed);
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    private static string UsageError(ParseResult parsed)
    {
        // A bad value says more than what the parser makes of the words around it.
        if (parsed.Errors.FirstOrDefault(error => error.SymbolResult is not CommandResult) is { } value) return value.Message;
        if (parsed.UnmatchedTokens.Count > 0) return $"'{parsed.UnmatchedTokens[0]}' is no command or option here; see --help.";
        return parsed.CommandResult.Command.Subcommands.Count > 0 ? "a command is missing; --help lists them." : parsed.Errors[0].Message;
    }

    private static int Report(string message, int code)
    {
        // .NET adds the parameter's name to argument errors; a user has no use for it. Messages may quote names of files with whatever is in them.
        string text = message.Split(" (Parameter '")[0].ReplaceLineEndings(" ");
        Console.Error.WriteLine("rawfuse: " + string.Concat(text.Select(c => char.IsControl(c) ? '?' : c)));
        return code;
    }
}
