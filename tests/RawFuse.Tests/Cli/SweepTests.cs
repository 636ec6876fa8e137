using System.Diagnostics;
using System.Text.Json.Nodes;
using RawFuse.Tests.Serialization;

namespace RawFuse.Tests.Cli;

/// <summary><c>rawfuse sweep</c> and <c>rawfuse table</c> on a few dozen road signs.</summary>
[Collection(Tool.Collection)]
public sealed class SweepTests : IDisposable
{
    private const string Plan = """
        {
          "dataset": "signs",
          "bases": [{ "architecture": "vgg6", "training": { "epochs": 3, "batch": 32, "trainImages": 256, "optimizer": "adam", "peakRate": 0.01 } }],
          "generators": ["UIP", "ConvS"],
          "generatorTraining": { "batch": 16, "rate": 0.1, "trainImages": 32, "startAtIdentity": true },
          "evaluation": { "chips": 2, "testImages": 32 },
          "grids": [{ "chips": [2], "evalBer": [0.02], "bits": [8, 6] }]
        }
        """;

    private readonly TemporaryFolder folder = new();

    public SweepTests() => folder.File("plan.json", System.Text.Encoding.UTF8.GetBytes(Plan));

    public void Dispose() => folder.Dispose();

    /// <summary>
    /// Two shards, one of which is killed at a random moment and continued, together are what one run finds, and each row is what the commands for single models find.
    /// </summary>
    [Fact]
    public void KilledAndContinuedShardsAreTheWhole()
    {
        Tool.Succeed(folder, "sweep @plan.json --out @whole --threads 2");
        string[] whole = Rows("whole/results.jsonl");
        Assert.Equal(4, whole.Length);

        Kill("sweep plan.json --out shards --threads 1 --shard 0/2", TimeSpan.FromMilliseconds(Random.Shared.Next(300, 2500)));
        for (int i = 0; i < 2; i++) Tool.Succeed(folder, $"sweep @plan.json --out @shards --threads 1 --shard {i}/2");
        string[] shards = [.. Rows("shards/results-0-of-2.jsonl"), .. Rows("shards/results-1-of-2.jsonl")];
        Assert.Equal(whole.Order(StringComparer.Ordinal), shards.Order(StringComparer.Ordinal));

        JsonNode last = JsonNode.Parse(whole[^1])!;
        Assert.NotEqual(0, last["recovery"]!.GetValue<double>());
        string models = Path.Combine("whole", "models");
        JsonNode[] records = [.. Directory.GetFiles(folder.File(models), "*.json").Select(file => JsonNode.Parse(File.ReadAllText(file))!)];
        string model = Id(records.Single(record => record["base"] is not null));
        string generator = Id(records.Single(record => record["generator"]?["generator"]!.GetValue<string>() == "ConvS"));
        string json = Tool.Succeed(
            folder, $"eval --base @{models}/{model}.safetensors --fuse @{models}/{generator}.safetensors --chips 2 --ber 0.02 --bits 6 --test-images 32 --json -");
        foreach (string key in (string[])["cleanAccuracy", "perturbedAccuracy", "withFuse", "recovery", "recoveryPerChip", "cellBer", "flipRate"])
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json)![key], last[key]), $"{key}: {JsonNode.Parse(json)![key]} {last[key]}");

        static string Id(JsonNode record) => record["id"]!.GetValue<string>();
    }

    [Fact]
    public void ADryRunPrintsRowsAndTrainingsAndDoesNothing()
    {
        string output = Tool.Succeed(folder, "sweep @plan.json --dry-run --out @nothing --shard 1/2");
        Assert.Contains("2 rows of 4, shard 1/2, 0 of them done; to train: 1 base model(s), 1 generator(s)", output);
        Assert.Contains("ConvS for vgg6, error rate 1%, lambda 5, 2 chips, seed 1, epochs 1", output);
        Assert.DoesNotContain("UIP", output);
        Assert.Equal(["plan.json"], folder.Names);
    }

    [Theory]
    [InlineData("sweep @plan.json", "Name a folder for models and results with '--out'")]
    [InlineData("sweep @absent.json --out @out", "absent.json: cannot be read")]
    [InlineData("sweep @plan.json --out @plan.json", "plan.json' cannot be made")]
    [InlineData("sweep @plan.json --out @out --shard 2/2", "'--shard' is '2/2'; expected i/n with i from 0 to n - 1")]
    [InlineData("sweep @plan.json --out @out --shard 0/2 --shards 2", "'--shards' does not go with '--shard'")]
    [InlineData("sweep @plan.json --out @out --device tpu", "'--device' is 'tpu'")]
    [InlineData("table", "Name files of results, or one of the paper's tables with '--table'")]
    [InlineData("table --table 4", "'--table' is '4'; expected 1, 2, 3, 10, 11, 12, 22")]
    [InlineData("table @plan.json", "plan.json: line 1: is no row of results")]
    [InlineData("table @absent.jsonl", "absent.jsonl: cannot be read")]
    [InlineData("table --table 2 --format pdf", "'--format' is 'pdf'; expected text, markdown, csv")]
    public void BadInputIsOneLine(string arguments, string expected)
    {
        (int code, string _, string error) = Tool.Run(folder, arguments);
        Assert.Equal(2, code);
        Assert.Contains(expected, error);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
        Assert.Equal(["plan.json"], folder.Names);
    }

    [Theory]
    [InlineData("text", "Table 2. Energy saving (ES), from the models' shapes, at a bit error rate of 1%")]
    [InlineData("text", "  VGG11        6.6 (paper 6.6)   27.5 (paper 27.5)   11.2 (paper 11.2)   24.1 (paper 24.1)   17.0 (paper 17.1)   27.2 (paper 27.2)  ")]
    [InlineData("markdown", "| VGG11    |   6.6 (paper 6.6) | 27.5 (paper 27.5) | 11.2 (paper 11.2) | 24.1 (paper 24.1) | 17.0 (paper 17.1) | 27.2 (paper 27.2) |")]
    [InlineData("csv", "base,ConvL,ConvL std,ConvL paper,ConvL paper std,ConvS,ConvS std,")]
    public void TablesComeInThreeFormats(string format, string expected) =>
        Assert.Contains(expected, Tool.Succeed(folder, $"table --table 2 --format {format}"));

    [Fact]
    public void JsonHasOursAndThePapers()
    {
        JsonNode json = JsonNode.Parse(Tool.Succeed(folder, "table --table 2 --json - --format csv"))!;
        Assert.Equal(2, json["table"]!.GetValue<int>());
        JsonNode row = json["rows"]![2]!;
        Assert.Equal("VGG11", row["keys"]!["base"]!.GetValue<string>());
        Assert.Equal(6.6, row["cells"]!["ConvL"]!["paper"]!.GetValue<double>());
        Assert.InRange(row["cells"]!["ConvL"]!["value"]!.GetValue<double>(), 6.55, 6.65);
    }

    /// <summary>The rows of a results file without what differs between two runs: times and threads.</summary>
    private string[] Rows(string name) => [.. File.ReadAllLines(folder.File(name)).Select(line =>
    {
        JsonObject row = JsonNode.Parse(line)!.AsObject();
        foreach (string key in (string[])["seconds", "machine"]) Assert.True(row.Remove(key));
        return row.ToJsonString();
    })];

    /// <summary>Starts the tool and kills it, unless it is done before.</summary>
    private void Kill(string arguments, TimeSpan after)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "RawFuse.Cli.dll"));
        foreach (string argument in arguments.Split(' ')) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(after)) process.Kill();
        process.WaitForExit();
    }
}
