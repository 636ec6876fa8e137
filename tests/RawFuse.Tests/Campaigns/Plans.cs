using RawFuse.NeuralFuse.Campaigns;
using RawFuse.Tests.Serialization;

namespace RawFuse.Tests.Campaigns;

/// <summary>Plans for tests.</summary>
internal static class Plans
{
    public static readonly string[] Datasets = ["signs", "cifar10"];

    /// <summary>Two base models, two grids that share a row, transfer: 15 rows, 5 generators.</summary>
    public const string Small = """
        {
          "dataset": "signs",
          "bases": [{ "architecture": "vgg6" }, { "architecture": "vgg11", "name": "eleven", "training": { "epochs": 3, "batch": 64 } }],
          "generators": ["ConvS", "uip"],
          "generatorTraining": { "epochs": 2 },
          "faults": { "mapping": "physical" },
          "evaluation": { "chips": 2, "testImages": 32 },
          "grids": [
            { "targets": ["eleven"], "evalBer": [0.01, 0.005] },
            { "bases": ["vgg6"], "generators": ["ConvS"], "seeds": [1, 2], "bits": [8, 4] }
          ]
        }
        """;

    public static CampaignPlan Read(string json)
    {
        using var folder = new TemporaryFolder();
        return PlanReader.Read(folder.File("plan.json", System.Text.Encoding.UTF8.GetBytes(json)), Datasets);
    }
}
