using RawFuse.Kernels;

namespace RawFuse;

/// <summary>A pass on a tape, for networks of any layers.</summary>
internal sealed class TapedFrozenPass(FrozenNetwork network, int images) : FrozenPass(network, images)
{
    private Tape? tape;
    private Tensor? tracked, result;

    public override Storage<float> Output => result!.Storage;

    public override void Backward(Storage<float> outputGradient, Storage<float> imagesGradient, bool accumulate, WeightFaults? faults = null)
    {
        using (Tensor gradient = Tensor.Of(outputGradient.Share(), result!.Shape)) tape!.Backward(result, gradient);
        Storage<float> part = tracked!.Gradient!.Storage;
        int length = tracked.Length;
        if (accumulate) Network.Device.Run<Zip<Add>, ZipArgs>(new(imagesGradient, part, imagesGradient, length, length));
        else Network.Device.Run<CopyBlock, CopyBlockArgs>(new(part, 0, length, imagesGradient, 0, length, 1, length));
        tracked.ClearGradient();
    }

    public override void Dispose()
    {
        tape?.Dispose();
        tracked?.Dispose();
        result?.Dispose();
        (tape, tracked, result) = (null, null, null);
    }

    private protected override void Run(Tensor images, WeightFaults? faults)
    {
        Dispose();
        tape = Tape.Start();
        tracked = images.Share().TrackGradient();
        result = Network.Forward(tracked, faults);
    }
}
