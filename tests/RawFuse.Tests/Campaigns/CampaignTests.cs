using RawFuse.NeuralFuse.Campaigns;
using RawFuse.Serialization;
using RawFuse.Tests.Serialization;

namespace RawFuse.Tests.Campaigns;

/// <summary>What a campaign does in which order, and that it can be stopped anywhere; the work itself is made up.</summary>
public sealed class CampaignTests : IDisposable
{
    private static readonly IReadOnlyList<CampaignRow> Rows = CampaignExpansion.Rows(Plans.Read(Plans.Small));

    private readonly TemporaryFolder folder = new();
    private readonly SilentReport report = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void EveryModelIsTrainedOnceAndEveryRowMeasured()
    {
        var runner = new FakeRunner();
        Assert.Equal(15, Run("whole", runner));
        Assert.Equal(["base vgg6", "generator ConvS", "evaluate", "evaluate", "base vgg11", "evaluate"], runner.Log.Take(6));
        Assert.Equal((2, 5, 15), (Count(runner, "base"), Count(runner, "generator"), Count(runner, "evaluate")));
        Assert.Equal(Rows.Select(row => row.Id), Read("whole/results.jsonl").Select(row => row.Id));
        Assert.Equal(File.ReadAllText(folder.File("plan.json")), File.ReadAllText(folder.File("whole/plan.json")));
    }

    /// <summary>A row says everything that is needed to do it again.</summary>
    [Fact]
    public void ARowSaysWhereItComesFrom()
    {
        Run("whole", new FakeRunner());
        RowResult row = Read("whole/results.jsonl")[2];
        Assert.Equal(("vgg6", "eleven", Rows[2].Setting), (row.Source, row.Target, row.Setting));
        Assert.Equal(new MachineRecord("cpu", "device", 1), row.Machine);
        Assert.StartsWith("0.1.0", row.Version);
        Assert.Equal(new StageSeconds(1, 1, 1, 1), row.Seconds);
        Assert.Equal([50000UL, 50001UL], row.Chips);
        Assert.Equal((90, 89, 19.5), (row.CleanAccuracy, row.WithFuse.CleanAccuracy, Math.Round(row.Recovery, 9)));
        Assert.Equal((row.PerturbedAccuracy.PerChip.Average(), 1), (row.PerturbedAccuracy.Mean, Math.Round(row.PerturbedAccuracy.Std, 9)));
        Assert.Equal(new EnergyRecord(19, 16, 0.83, 0.694), row.Energy);
        string[] files = [Rows[2].Generator.Base.Id, Rows[2].Generator.Id, Rows[2].Target.Id];
        Assert.Equal(
            files.Select(id => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(folder.File($"whole/models/{id}.safetensors"))))),
            [row.Sha256.Source, row.Sha256.Generator, row.Sha256.Target]);
    }

    /// <summary>Stopped before any of its works, a campaign does the rest the next time, and nothing twice.</summary>
    [Fact]
    public void AStoppedCampaignGoesOn()
    {
        var whole = new FakeRunner();
        Run("whole", whole);
        for (int works = 0; works < whole.Log.Count; works++)
        {
            string name = $"stopped{works}";
            var first = new FakeRunner { Before = runner => { if (runner.Log.Count == works) throw new OperationCanceledException(); } };
            Assert.Throws<OperationCanceledException>(() => Run(name, first));
            var second = new FakeRunner();
            Run(name, second);
            Assert.Equal(whole.Log, [.. first.Log, .. second.Log]);
            Assert.Equal(File.ReadAllBytes(folder.File("whole/results.jsonl")), File.ReadAllBytes(folder.File($"{name}/results.jsonl")));
        }
    }

    /// <summary>Cut anywhere, as a kill in the middle of a write leaves it, a results file is repaired.</summary>
    [Fact]
    public void ATornLineIsRepaired()
    {
        Run("whole", new FakeRunner());
        byte[] all = File.ReadAllBytes(folder.File("whole/results.jsonl"));
        int line = Array.IndexOf(all, (byte)'\n') + 1;
        foreach (int length in (int[])[0, 1, line - 2, line - 1, line, line + 1, all.Length - 2, all.Length - 1])
        {
            File.WriteAllBytes(folder.File("whole/results.jsonl"), all[..length]);
            report.Told.Clear();
            var runner = new FakeRunner();
            int rows = Run("whole", runner);
            Assert.Equal(rows, Count(runner, "evaluate"));
            Assert.Equal(runner.Log.Count, rows);
            Assert.Equal(all, File.ReadAllBytes(folder.File("whole/results.jsonl")));

            // A line that only lacks its end is whole.
            bool isTorn = length is not 0 && length != line && length != line - 1 && length != all.Length - 1;
            Assert.Equal(isTorn, report.Told.Any(text => text.EndsWith("results.jsonl: the last line was torn; it is cut off, and its row is done again", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void DamageThatNoKillExplainsIsRefused()
    {
        Run("whole", new FakeRunner());
        string file = folder.File("whole/results.jsonl");
        string[] lines = File.ReadAllLines(file);
        File.WriteAllLines(file, [lines[0], lines[1][..50], lines[2]]);
        Assert.Contains("results.jsonl: line 2: is no row of results", Assert.Throws<FileFormatException>(() => Run("whole", new FakeRunner())).Message);
        File.WriteAllLines(file, [lines[0].Replace("\"evalBer\":0.01", "\"evalBer\":0.02", StringComparison.Ordinal)]);
        Assert.Contains("line 1: is no row of results: its 'id'", Assert.Throws<FileFormatException>(() => Run("whole", new FakeRunner())).Message);
    }

    /// <summary>A model that was being kept when the run was killed is trained again; one that was changed afterwards is refused.</summary>
    [Fact]
    public void ModelsAreKeptWithTheirRecords()
    {
        Run("whole", new FakeRunner());
        File.Delete(folder.File("whole/results.jsonl"));
        string generator = folder.File($"whole/models/{Rows[0].Generator.Id}");
        File.Delete(generator + ".json");
        var runner = new FakeRunner();
        Run("whole", runner);
        Assert.Equal((0, 1, 15), (Count(runner, "base"), Count(runner, "generator"), Count(runner, "evaluate")));

        File.Delete(folder.File("whole/results.jsonl"));
        File.AppendAllText(generator + ".safetensors", "x");
        Assert.Contains("is not the file that was trained; delete ", Assert.Throws<FileFormatException>(() => Run("whole", new FakeRunner())).Message);
    }

    /// <summary>Shards in folders of their own, put one behind the other, are what one run finds; in one folder they train no model twice.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void ShardsTogetherAreTheWhole(int count)
    {
        Run("whole", new FakeRunner());
        string[] whole = File.ReadAllLines(folder.File("whole/results.jsonl"));
        var apart = new List<string>();
        var shared = new FakeRunner();
        for (int i = 0; i < count; i++)
        {
            Run($"apart{i}", new FakeRunner(), new Shard(i, count));
            apart.AddRange(File.ReadAllLines(folder.File($"apart{i}/results-{i}-of-{count}.jsonl")));
            Run("shared", shared, new Shard(i, count));
        }

        Assert.Equal(whole.Order(StringComparer.Ordinal), apart.Order(StringComparer.Ordinal));
        Assert.Equal((2, 5, 15), (Count(shared, "base"), Count(shared, "generator"), Count(shared, "evaluate")));

        // Another division finds everything done, as does none.
        Assert.Equal(0, Run("shared", shared, new Shard(0, 4)));
        Assert.Equal(0, Run("shared", shared));
    }

    [Fact]
    public void BaseModelsCanBeTrainedAlone()
    {
        var runner = new FakeRunner();
        Assert.Equal(1, Prepare("bases", runner, new Shard(1, 2)).TrainBases(Rows, CancellationToken.None));
        Assert.Equal(["base vgg11"], runner.Log);
        Assert.Equal(2, Prepare("bases", runner).TrainBases(Rows, CancellationToken.None));
        Assert.Equal(["base vgg11", "base vgg6"], runner.Log);
        Run("bases", runner);
        Assert.Equal(2, Count(runner, "base"));
    }

    [Fact]
    public void TwoRunsDoNotWriteOneFile()
    {
        Run("whole", new FakeRunner());
        using ResultsFile other = ResultsFile.Open(folder.File("whole/results.jsonl"), report);
        Assert.Contains("another sweep is writing it", Assert.Throws<IOException>(() => Run("whole", new FakeRunner())).Message);
        Assert.Equal(15, Read("whole/results.jsonl").Count);
    }

    private static int Count(FakeRunner runner, string what) => runner.Log.Count(work => work.StartsWith(what, StringComparison.Ordinal));

    private IReadOnlyList<RowResult> Read(string name) => ResultsFile.Read(folder.File(name), report);

    private int Run(string name, FakeRunner runner, Shard? shard = null) => Prepare(name, runner, shard).Run(Rows, CancellationToken.None);

    private Campaign Prepare(string name, FakeRunner runner, Shard? shard = null)
    {
        var kept = new CampaignFolder(folder.File(name));
        kept.Create(folder.File("plan.json", System.Text.Encoding.UTF8.GetBytes(Plans.Small)));
        return new Campaign(kept, runner, report, shard ?? Shard.Whole);
    }
}
