using TorchSharp;

namespace RawFuse.Parity.Cases;

/// <summary>Several steps of the optimizers, in float32 on both sides: how their scalars are rounded is part of what is compared.</summary>
internal static class OptimizerCases
{
    public static readonly ParityCase[] All =
    [
        new("SGD", [nameof(Sgd)], Tolerance.FewSteps, Sgd),
        new("Adam", [nameof(Adam)], Tolerance.FewSteps, Adam),
    ];

    private static OptimizerComparison Sgd(Draw draw)
    {
        float momentum = draw.Pick(0, 0.5f, 0.9f, 0.99f), weightDecay = draw.Pick(0, 5e-4f, 0.1f);
        bool nesterov = momentum > 0 && draw.Coin();
        return new(
            draw,
            $"SGD, momentum {momentum}, weight decay {weightDecay}, Nesterov {nesterov}",
            parameters => new Sgd(parameters, momentum, weightDecay, nesterov),
            parameters => torch.optim.SGD(parameters, 1, momentum, 0, weightDecay, nesterov));
    }

    private static OptimizerComparison Adam(Draw draw)
    {
        double beta1 = draw.Pick(0.5, 0.9, draw.From(0, 98) / 100.0), beta2 = draw.Pick(0.999, 0.9, 0.99, 0.9999);
        float epsilon = draw.Pick(1e-8f, 1e-4f);
        return new(
            draw,
            $"Adam, beta {beta1} and {beta2}, epsilon {epsilon}",
            parameters => new Adam(parameters, beta1, beta2, epsilon),
            parameters => torch.optim.Adam(parameters, 1, beta1, beta2, epsilon));
    }
}
