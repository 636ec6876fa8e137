using RawFuse.Cli;
using RawFuse.Tests.Serialization;

namespace RawFuse.Tests.Cli;

/// <summary>
/// The tool inside the test's process: the same code as from outside, without a start of the runtime for each of many command lines. The
/// consoles it redirects belong to the process, so tests that use it share the collection <see cref="Collection"/>.
/// </summary>
internal static class Tool
{
    public const string Collection = "tool";

    /// <summary>Runs a command line whose words '@name' mean files of a folder.</summary>
    public static (int Code, string Output, string Error) Run(TemporaryFolder folder, string arguments)
    {
        TextWriter standardOutput = Console.Out, standardError = Console.Error;
        using var output = new StringWriter();
        using var error = new StringWriter();
        Console.SetOut(output);
        Console.SetError(error);
        try
        {
            string[] words = [.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word[0] == '@' ? folder.File(word[1..]) : word)];
            int code = Application.RunAsync(words).GetAwaiter().GetResult();
            return (code, output.ToString(), error.ToString());
        }
        finally
        {
            Console.SetOut(standardOutput);
            Console.SetError(standardError);
        }
    }

    /// <summary>Runs a command line that must succeed.</summary>
    /// <returns>What it printed.</returns>
    public static string Succeed(TemporaryFolder folder, string arguments)
    {
        (int code, string output, string error) = Run(folder, arguments);
        Assert.True(code == 0, error);
        return output;
    }
}

/// <summary>Tests that redirect the process's consoles run one after another.</summary>
[CollectionDefinition(Tool.Collection)]
public sealed class ToolCollection;
