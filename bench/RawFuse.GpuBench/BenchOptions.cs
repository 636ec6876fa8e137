using System.Globalization;
using RawFuse.Kernels;

namespace RawFuse.GpuBench;

/// <summary>What the command line says.</summary>
internal sealed record BenchOptions
{
    public const string Help = """
          --device cuda:N|opencl:N|emulator   where; cuda:0 unless said. The emulator takes toy sizes, and its times mean nothing
          --quick                             every eighth case of check; a short look at each case of speed
          --case NAME                         those cases alone whose names begin with NAME
          --seed N                            of check's random inputs; a new one unless said
          --seconds N                         when to stop, with what is left undone a failure; 240 unless said
          --json FILE                         a line of JSON for each case
        """;

    public DeviceName Device { get; private init; } = new("cuda");

    public bool IsQuick { get; private init; }

    public string Prefix { get; private init; } = "";

    /// <summary>Of random inputs.</summary>
    public int Seed { get; private init; } = Random.Shared.Next();

    public TimeSpan Budget { get; private init; } = TimeSpan.FromSeconds(240);

    public string? JsonFile { get; private init; }

    /// <summary>In a process that a <see cref="Supervisor"/> started: the first case to run. Hidden.</summary>
    public int? From { get; private init; }

    /// <summary>Whether sizes must suit the emulator.</summary>
    public bool IsToy => Device.Kind == "emulator";

    /// <summary>Reads options; null, with the reason, where one is not understood.</summary>
    public static BenchOptions? Parse(IReadOnlyList<string> args, out string? refusal)
    {
        var options = new BenchOptions();
        refusal = null;
        for (int i = 0; i < args.Count; i++)
        {
            if (args[i] == "--quick")
            {
                options = options with { IsQuick = true };
                continue;
            }

            string? value = i + 1 < args.Count ? args[i + 1] : null;
            if (value is null || options.With(args[i], value) is not { } next)
            {
                refusal = $"'{args[i]}{(value is null ? "" : $" {value}")}' is not understood; the options are\n{Help}";
                return null;
            }

            options = next;
            i++;
        }

        return options;
    }

    /// <summary>The cases that are asked for.</summary>
    public IReadOnlyList<BenchCase> Select(IEnumerable<BenchCase> cases) => [.. cases.Where(@case => @case.Name.StartsWith(Prefix, StringComparison.Ordinal))];

    private BenchOptions? With(string option, string value) => option switch
    {
        "--device" when DeviceName.Parse(value) is { IsCpu: false } device => this with { Device = device },
        "--case" => this with { Prefix = value },
        "--seed" when Number(value) is { } seed => this with { Seed = seed },
        "--seconds" when Number(value) is { } seconds => this with { Budget = TimeSpan.FromSeconds(seconds) },
        "--json" => this with { JsonFile = value },
        "--from" when Number(value) is { } from => this with { From = from },
        _ => null,
    };

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
