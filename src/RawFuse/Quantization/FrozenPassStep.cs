using RawFuse.Kernels;

namespace RawFuse;

/// <summary>One step of a <see cref="FrozenPass"/>: its kernels' arguments, but for the buffers of the values.</summary>
internal abstract class FrozenPassStep(FrozenStep step)
{
    /// <summary>The step.</summary>
    public FrozenStep Step { get; } = step;

    /// <summary>Numbers of the values it reads: images, and a summand of the result where there is one.</summary>
    public int[] Inputs => Step.Inputs;

    /// <summary>Number of the value it makes.</summary>
    public int Output => Step.Output;

    /// <summary>Numbers in the images it reads.</summary>
    public abstract int InputLength { get; }

    /// <summary>Numbers in its result.</summary>
    public abstract int OutputLength { get; }

    /// <summary>Where the ReLU of its result is open; null without one.</summary>
    public Storage<byte>? Mask { get; protected set; }

    /// <summary>Whether the result of the network depends on it.</summary>
    public bool IsLive { get; set; }

    /// <summary>Whether the input's gradient already holds another reader's part.</summary>
    public bool InputHasGradient { get; set; }

    /// <summary>Where the input's gradient is to be closed, with its last part; else null.</summary>
    public Storage<byte>? InputGate { get; set; }

    /// <summary>Whether the summand's gradient already holds another reader's part.</summary>
    public bool SummandHasGradient { get; set; }

    /// <summary>Where the summand's gradient is to be closed, with its last part; else null.</summary>
    public Storage<byte>? SummandGate { get; set; }

    /// <summary>Whether the summand's gradient has a buffer of its own.</summary>
    public bool SummandIsCopied { get; set; }

    /// <summary>For the network's last step with a ReLU: the gradient behind it. The one that is given is the caller's.</summary>
    public Storage<float>? OpenOutput { get; set; }

    /// <summary>Where a part of the input's gradient waits to be added, for kernels that only set.</summary>
    public Storage<float>? Temporary { get; set; }

    /// <summary>Whether <see cref="Temporary"/> is wanted.</summary>
    public abstract bool NeedsTemporary { get; }

    /// <summary>Whether a step can run in a pass.</summary>
    public static bool Suits(FrozenStep step) => step.Layer is ConvLayer or LinearLayer or PoolLayer or AdaptivePoolLayer;

    /// <summary>Prepares a step for so many images.</summary>
    public static FrozenPassStep Of(FrozenStep step, int images) => step.Layer switch
    {
        WeightLayer layer => new FrozenPassConvolution(step, layer, images),
        PoolLayer layer => new FrozenPassPool(step, layer, images),
        AdaptivePoolLayer layer => new FrozenPassAdaptivePool(step, layer, images),
        _ => throw new ArgumentException($"Layer '{step.Layer.Name}' cannot run in a pass."),
    };

    /// <summary>Makes what the backward pass needs from the forward pass besides <see cref="Mask"/>, and that; null for nothing.</summary>
    public abstract Storage<byte>? AllocateMask(Device device);

    /// <summary>Computes the result.</summary>
    public abstract void Forward(Device device, Storage<float>?[] values, WeightFaults? faults);

    /// <summary>Computes the gradients of the inputs. That of the result is complete.</summary>
    /// <param name="device">Where everything lies.</param>
    /// <param name="gradients">Buffers of the gradients.</param>
    /// <param name="accumulate">Whether the images' gradient is added to.</param>
    /// <param name="faults">As in the forward pass.</param>
    public void Backward(Device device, Storage<float>?[] gradients, bool accumulate, WeightFaults? faults)
    {
        if (!IsLive) return;
        Storage<float> gradient = gradients[Output]!;
        if (OpenOutput is not null)
        {
            Close(device, gradient, Mask!, OpenOutput, Step.Layer.Output.Channels, OutputLength);
            gradients[Output] = gradient = OpenOutput;
        }

        Storage<float> input = gradients[Inputs[0]]!;
        bool add = InputHasGradient || (Inputs[0] == 0 && accumulate);
        BackwardInput(device, gradient, input, add, faults);
        if (Inputs.Length < 2) return;
        Storage<float> summand = gradients[Inputs[1]]!;
        if (SummandIsCopied)
        {
            if (SummandHasGradient || (Inputs[1] == 0 && accumulate)) Add(device, gradient, summand, OutputLength);
            else device.Run<CopyBlock, CopyBlockArgs>(new(gradient, 0, OutputLength, summand, 0, OutputLength, 1, OutputLength));
        }

        if (SummandGate is not null) Close(device, summand, SummandGate, summand, Step.Layer.Output.Channels, OutputLength);
    }

    /// <summary>Writes or adds the gradient of the first input, and closes it.</summary>
    protected abstract void BackwardInput(Device device, Storage<float> outputGradient, Storage<float> inputGradient, bool add, WeightFaults? faults);

    protected static void Add(Device device, Storage<float> part, Storage<float> sum, int length) => device.Run<Zip<Add>, ZipArgs>(new(sum, part, sum, length, length));

    protected static void Close(Device device, Storage<float> from, Storage<byte> gate, Storage<float> to, int channels, int length) =>
        device.Run<ApplyReluMask, ApplyReluMaskArgs>(new(from, gate, to, length / channels, channels));
}
