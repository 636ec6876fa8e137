using RawFuse.Kernels;

namespace RawFuse;

/// <summary>
/// Where everything of a <see cref="FrozenPass"/> lies, found by walking through the network once forward and once backward, as it will run.
/// Values and gradients are numbered like the network's nodes; numbers 0 and the output's belong to the caller.
/// </summary>
internal sealed class FrozenPassLayout : IDisposable
{
    private readonly BufferPlan buffers;
    private readonly List<IDisposable> masks = [];

    private FrozenPassLayout(FrozenNetwork network, int images)
    {
        Images = images;
        buffers = new BufferPlan(network.Device);
        int count = network.Steps.Max(step => step.Output) + 1;
        Values = new Storage<float>?[count];
        Gradients = new Storage<float>?[count];
        Steps = [.. network.Steps.Select(step => FrozenPassStep.Of(step, images))];
        LayOutForward(network);
        LayOutBackward(network);
    }

    /// <summary>Images in a batch.</summary>
    public int Images { get; }

    /// <summary>The network's steps, in the order of computation.</summary>
    public FrozenPassStep[] Steps { get; }

    /// <summary>Buffer of each value; that of the images is null.</summary>
    public Storage<float>?[] Values { get; }

    /// <summary>Buffer of each value's gradient; those of the images and of the output are null.</summary>
    public Storage<float>?[] Gradients { get; }

    /// <summary>Lays out a network of convolutions and pools; null for others.</summary>
    public static FrozenPassLayout? TryCreate(FrozenNetwork network, int images) =>
        network.Steps.All(FrozenPassStep.Suits) ? new FrozenPassLayout(network, images) : null;

    public void Dispose()
    {
        buffers.Dispose();
        foreach (IDisposable mask in masks) mask.Dispose();
    }

    private void LayOutForward(FrozenNetwork network)
    {
        int output = network.Definition.Output.Id;
        var lastUse = new int[Values.Length];
        for (int i = 0; i < Steps.Length; i++)
        {
            lastUse[Steps[i].Output] = i;
            foreach (int input in Steps[i].Inputs) lastUse[input] = i;
        }

        for (int i = 0; i < Steps.Length; i++)
        {
            FrozenPassStep step = Steps[i];
            Values[step.Output] = buffers.Take(step.OutputLength);
            if (step.AllocateMask(network.Device) is { } mask) masks.Add(mask);
            foreach (int value in step.Inputs.Append(step.Output).Distinct())
                if (value != 0 && value != output && lastUse[value] == i)
                    buffers.Give(Values[value]!);
        }
    }

    private void LayOutBackward(FrozenNetwork network)
    {
        int output = network.Definition.Output.Id;

        // Parts of each value's gradient that are still to come; only steps that the result depends on deliver any.
        var missing = new int[Values.Length];
        var isLive = new bool[Values.Length];
        isLive[output] = true;
        for (int i = Steps.Length - 1; i >= 0; i--)
        {
            if (!isLive[Steps[i].Output]) continue;
            foreach (int input in Steps[i].Inputs)
            {
                isLive[input] = true;
                missing[input]++;
            }
        }

        var maskOf = new Storage<byte>?[Values.Length];
        foreach (FrozenPassStep step in Steps) maskOf[step.Output] = step.Mask;
        var has = new bool[Values.Length];
        for (int i = Steps.Length - 1; i >= 0; i--)
        {
            FrozenPassStep step = Steps[i];
            if (!isLive[step.Output]) continue;
            if (step.Output == output && step.Mask is not null) step.OpenOutput = Gradients[output] = buffers.Take(step.OutputLength);

            int input = step.Inputs[0];
            step.IsLive = true;
            step.InputHasGradient = has[input];
            step.InputGate = --missing[input] == 0 ? maskOf[input] : null;
            if (input != 0 && !has[input]) Gradients[input] = buffers.Take(step.InputLength);
            if (step.NeedsTemporary) step.Temporary = buffers.Take(step.InputLength);
            has[input] = true;
            if (step.Temporary is not null) buffers.Give(step.Temporary);

            bool handedOver = false;
            if (step.Inputs.Length > 1)
            {
                // The summand's gradient is the result's: unless there is some already, the buffer changes hands.
                int summand = step.Inputs[1];
                step.SummandHasGradient = has[summand];
                step.SummandGate = --missing[summand] == 0 ? maskOf[summand] : null;
                handedOver = !has[summand] && summand != 0 && (step.Output != output || step.OpenOutput is not null);
                if (handedOver) Gradients[summand] = Gradients[step.Output];
                else if (!has[summand] && summand != 0) Gradients[summand] = buffers.Take(step.OutputLength);
                step.SummandIsCopied = !handedOver;
                has[summand] = true;
            }

            if (!handedOver && Gradients[step.Output] is { } done) buffers.Give(done);
        }
    }
}
