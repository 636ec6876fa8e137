using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Generators;

namespace RawFuse.Tests.Method;

/// <summary>Names, order and shapes of what models store, against PyTorch's state dictionaries of the reference's models.</summary>
public sealed class GoldenStateTests
{
    public static TheoryData<string> Models =>
        ["vgg11", "vgg16", "vgg19", "resnet18", "resnet50", "ConvL", "ConvS", "DeConvL", "DeConvS", "UNetL", "UNetS"];

    [Theory]
    [MemberData(nameof(Models))]
    public void StateDictionariesAreTheReferences(string name)
    {
        NetworkDefinition definition = BaseModel.Names.Contains(name) ? BaseModel.Define(name, classes: 10) : Generator.Define(name);
        var actual = new List<string>();
        foreach (ParameterSpec parameter in definition.Parameters)
        {
            actual.Add($"{parameter.Name},{string.Join('x', parameter.FileShape.ToArray())}");
            if (parameter.Role == ParameterRole.RunningVariance) actual.Add(parameter.Name.Replace("running_var", "num_batches_tracked") + ",scalar");
        }

        string[] lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Golden", "models", "state", $"{name}.csv"));
        Assert.Equal(lines.Skip(1).Select(line => string.Join(',', line.Split(',')[1..3])), actual);
    }
}
