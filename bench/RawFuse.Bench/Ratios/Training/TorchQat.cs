using RawFuse.Bench.Ratios.Torch;
using RawFuse.NeuralFuse.Training;
using RawFuse.Parity;
using TorchSharp;

namespace RawFuse.Bench.Ratios.Training;

/// <summary>Quantization-aware training in torch.</summary>
internal sealed class TorchQat : IDisposable
{
    private readonly TensorKeeper keeper = new();
    private readonly TorchNetwork network;
    private readonly torch.Tensor images, labels;
    private readonly torch.optim.Optimizer optimizer;

    public TorchQat(Network network, Batch batch, MemoryFormat format)
    {
        Format = format;
        this.network = new TorchNetwork(network, format);
        images = keeper.Make(() => TorchData.Images(batch.Images.ToArray(), batch.Images.Shape, format));
        labels = keeper.Make(() => TorchData.Labels(batch.Labels));
        optimizer = Libtorch.Run(
            () => torch.optim.SGD(this.network.Trained, QatCase.Rate, QatCase.Momentum, weight_decay: QatCase.WeightDecay, nesterov: true));
    }

    /// <summary>Layout of images and weights.</summary>
    public MemoryFormat Format { get; }

    /// <summary>One step.</summary>
    /// <returns>The loss before it.</returns>
    public float Step()
    {
        float loss = Backward();
        optimizer.step();
        network.ClearGradients();
        return loss;
    }

    /// <summary>A step that changes nothing but running statistics.</summary>
    public void Gradient()
    {
        Backward();
        network.ClearGradients();
    }

    /// <summary>A parameter's values in PyTorch's order.</summary>
    public float[] Values(string name) => network[name].Values();

    public void Dispose()
    {
        optimizer.Dispose();
        network.Dispose();
        keeper.Dispose();
    }

    private float Backward()
    {
        var pass = new QuantizedPass(network, isTraining: true);
        torch.Tensor loss = torch.nn.functional.cross_entropy(network.Graph.Forward(images, pass), labels);
        loss.backward();
        pass.PassGradientsOn();
        return loss.item<float>();
    }
}
