using RawFuse.NeuralFuse.Campaigns;
using RawFuse.Serialization;
using RawFuse.Tests.Cli;
using RawFuse.Tests.Serialization;

namespace RawFuse.Tests.Campaigns;

public sealed class PlanReaderTests
{
    private const string Least = """{ "dataset": "cifar10", "bases": [{ "architecture": "resnet18" }], "grids": [{}] }""";

    [Fact]
    public void WhatIsNotSaidIsThePapersOrTheCommands()
    {
        CampaignPlan plan = Plans.Read(Least);
        Assert.Equal("cifar10", plan.Dataset);
        Assert.Equal(new GeneratorTraining(Epochs: 1, Batch: 25, Rate: 1e-3, Schedule: "staircase", Warmup: null, RateFactor: 0.96, RateEvery: 500, ShareBatch: false, StartAtIdentity: false, TrainImages: null), plan.GeneratorTraining);
        Assert.Equal(new FaultSetting("stuck-at", "ibm", "low-bits"), plan.Faults);
        Assert.Equal(new EvaluationSetting(Chips: 10, FirstChip: 50000, Batch: 50), plan.Evaluation);
        GridPlan grid = Assert.Single(plan.Grids);
        BaseJob job = Assert.Single(grid.Bases);
        Assert.Equal(("resnet18", null), (job.Name, job.File));
        Assert.Equal(new BaseSetting("resnet18", null, "cifar10", new BaseTraining(10, 128, 0.05, "one-cycle", null, "sgd", 5e-4, 0, 8, null, 1)), job.Setting);
        Assert.Equal(["ConvL", "ConvS", "DeConvL", "DeConvS", "UNetL", "UNetS", "UIP"], grid.Generators);
        Assert.Equal([0.01], grid.TrainBer);
        Assert.Equal([5], grid.Lambda);
        Assert.Equal([10], grid.Chips);
        Assert.Equal([1UL], grid.Seeds);
        Assert.Equal([8], grid.Bits);
        Assert.Null(grid.EvalBer);
        Assert.Empty(grid.Targets);
    }

    [Fact]
    public void ChipsCanBeAsManyAsItTakes()
    {
        CampaignPlan plan = Plans.Read(With("\"evaluation\": { \"chips\": \"auto\", \"ci\": 0.5, \"firstChip\": 7 }"));
        Assert.Equal(new EvaluationSetting(1000, 7, 50, HalfWidth: 0.5), plan.Evaluation);
    }

    /// <summary>The plans that the documentation offers, and how many rows they have.</summary>
    [Theory]
    [InlineData("cifar10-vgg11.json", 23)]
    [InlineData("cifar10-vgg11-ablations.json", 9)]
    public void PlansOfTheDocumentationCanBeRun(string name, int rows) =>
        Assert.Equal(rows, CampaignExpansion.Rows(PlanReader.Read(Path.Combine(AppContext.BaseDirectory, "Plans", name), Plans.Datasets)).Count);

    /// <summary>A base model out of a file is known by the file's content and says itself what it is.</summary>
    [Fact]
    public void BaseModelsComeFromFilesBesideThePlan()
    {
        using var folder = new TemporaryFolder();
        StateFile.Write(folder.File("mine.safetensors"), "vgg11", metadata: new() { ["arch"] = "vgg11" });
        string plan = folder.File("plan.json", """{ "dataset": "cifar10", "bases": [{ "file": "mine.safetensors" }], "grids": [{}] }"""u8);
        BaseJob job = PlanReader.Read(plan, Plans.Datasets).Grids[0].Bases[0];
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(folder.File("mine.safetensors"))));
        Assert.Equal(("mine", folder.File("mine.safetensors")), (job.Name, job.File));
        Assert.Equal(new BaseSetting("vgg11", hash), job.Setting);
    }

    /// <summary>A member put into the least plan, or a whole plan, and what the error says after the file's name.</summary>
    [Theory]
    [InlineData("\"extra\": 1", "$: key 'extra' is unknown; expected dataset, faults, evaluation, generatorTraining, bases, generators, grids")]
    [InlineData("\"generators\": [\"ConvX\"]", "$.generators[0]: is \"ConvX\"; expected ConvL, ConvS,")]
    [InlineData("\"generators\": []", "$.generators: is []; expected a list of one value or more")]
    [InlineData("\"generators\": \"ConvL\"", "$.generators: is \"ConvL\"; expected a list")]
    [InlineData("\"generatorTraining\": { \"shareBatch\": true }", "$.grids[0]: a batch of 25 cannot be shared out equally among the clean model and 10 chips")]
    [InlineData("\"generatorTraining\": { \"schedule\": \"linear\" }", "$.generatorTraining.schedule: is \"linear\"; expected one-cycle, staircase, cosine, constant")]
    [InlineData("\"generatorTraining\": { \"warmup\": 0.1 }", "$.generatorTraining: A staircase schedule has no warm-up")]
    [InlineData("\"generatorTraining\": { \"epochs\": 0 }", "$.generatorTraining.epochs: is 0; expected a whole number from 1 to 100000")]
    [InlineData("\"generatorTraining\": { \"epochs\": 1.5 }", "$.generatorTraining.epochs: is 1.5; expected a whole number")]
    [InlineData("\"generatorTraining\": { \"epochs\": \"3\" }", "$.generatorTraining.epochs: is \"3\"; expected a whole number")]
    [InlineData("\"generatorTraining\": { \"rate\": 1e400 }", "$.generatorTraining.rate: is 1e400; expected a number from 1E-09 to 100")]
    [InlineData("\"generatorTraining\": { \"startAtIdentity\": 1 }", "$.generatorTraining.startAtIdentity: is 1; expected true or false")]
    [InlineData("\"generatorTraining\": [1]", "$.generatorTraining: is [1]; expected an object")]
    [InlineData("\"faults\": { \"mapping\": \"sram\" }", "$.faults.mapping: is \"sram\"; expected ibm, ibm-untiled, physical")]
    [InlineData("\"faults\": { \"modle\": \"flip\" }", "$.faults: key 'modle' is unknown; expected model, mapping, cells")]
    [InlineData("\"evaluation\": { \"chips\": \"many\" }", "$.evaluation.chips: is \"many\"; expected auto")]
    [InlineData("\"evaluation\": { \"ci\": 1 }", "$.evaluation: 'ci' and \"chips\": \"auto\" go together")]
    [InlineData("\"evaluation\": { \"firstChip\": 4294967290 }", "$.evaluation: ")]
    [InlineData("\"grids\": [{ \"trainBer\": [0.01, 1.5] }]", "$.grids[0].trainBer[1]: is 1.5; expected a number from 0 to 1")]
    [InlineData("\"grids\": [{ \"trainBer\": [0.5] }]", "$.grids[0].trainBer[0]: is 0.5; expected 0, or a rate of the voltage curve")]
    [InlineData("\"grids\": [{ \"evalBer\": [0.5] }]", "$.grids[0].evalBer[0]: is 0.5; expected 0, or a rate of the voltage curve")]
    [InlineData("\"grids\": [{}, { \"bits\": [9] }]", "$.grids[1].bits[0]: is 9; expected a whole number from 2 to 8")]
    [InlineData("\"grids\": [{ \"seeds\": [-1] }]", "$.grids[0].seeds[0]: is -1; expected a whole number from 0")]
    [InlineData("\"grids\": [{ \"targets\": [\"vgg19\"] }]", "$.grids[0].targets[0]: is \"vgg19\"; expected resnet18")]
    [InlineData("\"grids\": 3", "$.grids: is 3; expected a list")]
    [InlineData("\"bases\": [{ \"name\": \"x\" }]", "$.bases[0]: has neither 'architecture' nor 'file'")]
    [InlineData("\"bases\": [{ \"architecture\": \"vgg11\" }, { \"architecture\": \"vgg11\" }]", "$.bases[1]: has the name of another, 'vgg11'")]
    [InlineData("\"bases\": [{ \"architecture\": \"vgg11\", \"training\": { \"optimizer\": \"lion\" } }]", "$.bases[0].training.optimizer: is \"lion\"; expected sgd, adam")]
    [InlineData("\"bases\": [{ \"file\": \"absent.safetensors\" }]", "$.bases[0].file: ")]
    [InlineData("\"bases\": [{ \"file\": \"x\", \"training\": {} }]", "$.bases[0].training: does not go with 'file'")]
    [InlineData("\"dataset\": \"mnist\"", "$.dataset: is \"mnist\"; expected signs, cifar10")]
    [InlineData("\"dataset\": null", "$: key 'dataset' is missing")]
    [InlineData("\"dataset\": \"signs\", \"dataset\": \"signs\"", "is no JSON: ")]
    [InlineData("\"dataset\": ", "is no JSON: ")]
    public void WhatIsWrongIsNamedWithItsPlace(string member, string expected)
    {
        var exception = Assert.Throws<FileFormatException>(() => Plans.Read(With(member)));
        Assert.Contains($"plan.json: {expected}", exception.Message);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Theory]
    [InlineData("", "is no JSON")]
    [InlineData("[]", "$: is []; expected an object")]
    [InlineData("{}", "$: key 'dataset' is missing")]
    public void AFileThatIsNoPlanIsRefused(string json, string expected) =>
        Assert.Contains($"plan.json: {expected}", Assert.Throws<FileFormatException>(() => Plans.Read(json)).Message);

    /// <summary>The least plan with one member more, or with another value of one it has.</summary>
    private static string With(string member)
    {
        string key = member.Split(':')[0];
        string[] rest = [.. new[] { "\"dataset\": \"cifar10\"", "\"bases\": [{ \"architecture\": \"resnet18\" }]", "\"grids\": [{}]" }.Where(one => !one.StartsWith(key, StringComparison.Ordinal))];
        return $"{{ {string.Join(", ", rest)}, {member} }}";
    }
}
