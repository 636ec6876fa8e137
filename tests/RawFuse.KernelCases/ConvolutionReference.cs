using RawFuse.Kernels;

namespace RawFuse.KernelCases;

/// <summary>
/// Convolution in double, straight from its definition: every pair of an input and an output pixel that meet under a kernel pixel, every
/// pair of channels. All three passes are sums over these meetings, so a test of one pins the others.
/// </summary>
internal static class ConvolutionReference
{
    /// <summary>Two pixels that meet. Pixels are numbered through all images, taps through the kernel, each in reading order.</summary>
    public readonly record struct Meeting(int Image, int InputPixel, int Tap, int OutputPixel);

    /// <summary>output[output pixel, o] = sum of input[input pixel, i] * weights[tap, i, o].</summary>
    public static double[] Forward(in Conv2dShape shape, float[] input, Func<int, float[]> weightsOfImage)
    {
        int ins = shape.InChannels, outs = shape.OutChannels;
        var output = new double[shape.OutputLength];
        foreach (Meeting m in Meetings(shape))
        {
            float[] weights = weightsOfImage(m.Image);
            for (int i = 0; i < ins; i++)
                for (int o = 0; o < outs; o++)
                    output[(m.OutputPixel * outs) + o] += (double)input[(m.InputPixel * ins) + i] * weights[(((m.Tap * ins) + i) * outs) + o];
        }

        return output;
    }

    /// <summary>inputGradient[input pixel, i] = sum of outputGradient[output pixel, o] * outScale[o] * weights[tap, i, o].</summary>
    public static double[] InputGradient(in Conv2dShape shape, float[] outputGradient, Func<int, float[]> weightsOfImage, float[]? outScale = null)
    {
        int ins = shape.InChannels, outs = shape.OutChannels;
        var inputGradient = new double[shape.InputLength];
        foreach (Meeting m in Meetings(shape))
        {
            float[] weights = weightsOfImage(m.Image);
            for (int i = 0; i < ins; i++)
            {
                for (int o = 0; o < outs; o++)
                {
                    double gradient = outputGradient[(m.OutputPixel * outs) + o] * (outScale is null ? 1.0 : outScale[o]);
                    inputGradient[(m.InputPixel * ins) + i] += gradient * weights[(((m.Tap * ins) + i) * outs) + o];
                }
            }
        }

        return inputGradient;
    }

    /// <summary>weightGradient[tap, i, o] = sum of input[input pixel, i] * outputGradient[output pixel, o].</summary>
    public static double[] WeightGradient(in Conv2dShape shape, float[] input, float[] outputGradient)
    {
        int ins = shape.InChannels, outs = shape.OutChannels;
        var weightGradient = new double[shape.WeightLength];
        foreach (Meeting m in Meetings(shape))
            for (int i = 0; i < ins; i++)
                for (int o = 0; o < outs; o++)
                    weightGradient[(((m.Tap * ins) + i) * outs) + o] += (double)input[(m.InputPixel * ins) + i] * outputGradient[(m.OutputPixel * outs) + o];
        return weightGradient;
    }

    private static IEnumerable<Meeting> Meetings(Conv2dShape s)
    {
        for (int n = 0; n < s.Images; n++)
            for (int y = 0; y < s.OutHeight; y++)
                for (int x = 0; x < s.OutWidth; x++)
                    for (int kh = 0; kh < s.KernelHeight; kh++)
                        for (int kw = 0; kw < s.KernelWidth; kw++)
                        {
                            int inY = (y * s.Stride) + kh - s.Padding, inX = (x * s.Stride) + kw - s.Padding;
                            if (inY < 0 || inY >= s.InHeight || inX < 0 || inX >= s.InWidth) continue;
                            yield return new Meeting(
                                n, (((n * s.InHeight) + inY) * s.InWidth) + inX, (kh * s.KernelWidth) + kw, (((n * s.OutHeight) + y) * s.OutWidth) + x);
                        }
    }
}
