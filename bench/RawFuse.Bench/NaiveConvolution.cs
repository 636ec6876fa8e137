using System.Runtime.CompilerServices;
using RawFuse.Kernels;

namespace RawFuse.Bench;

/// <summary>The first rung of the ladder: convolution as it stands in a textbook, one thread, one number at a time.</summary>
internal static class NaiveConvolution
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(Conv2dShape s, float[] input, float[] weights, float[] output)
    {
        int index = 0;
        for (int n = 0; n < s.Images; n++)
            for (int y = 0; y < s.OutHeight; y++)
                for (int x = 0; x < s.OutWidth; x++)
                    for (int o = 0; o < s.OutChannels; o++)
                    {
                        float sum = 0;
                        for (int tap = 0; tap < s.Taps; tap++)
                        {
                            int source = InputPixel(in s, n, y, x, tap);
                            if (source < 0) continue;
                            for (int i = 0; i < s.InChannels; i++)
                                sum += input[(source * s.InChannels) + i] * weights[(((tap * s.InChannels) + i) * s.OutChannels) + o];
                        }

                        output[index++] = sum;
                    }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void InputGradient(Conv2dShape s, float[] inputGradient, float[] weights, float[] outputGradient)
    {
        Array.Clear(inputGradient);
        int index = 0;
        for (int n = 0; n < s.Images; n++)
            for (int y = 0; y < s.OutHeight; y++)
                for (int x = 0; x < s.OutWidth; x++, index += s.OutChannels)
                    for (int tap = 0; tap < s.Taps; tap++)
                    {
                        int target = InputPixel(in s, n, y, x, tap);
                        if (target < 0) continue;
                        for (int i = 0; i < s.InChannels; i++)
                        {
                            float sum = 0;
                            for (int o = 0; o < s.OutChannels; o++)
                                sum += outputGradient[index + o] * weights[(((tap * s.InChannels) + i) * s.OutChannels) + o];
                            inputGradient[(target * s.InChannels) + i] += sum;
                        }
                    }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WeightGradient(Conv2dShape s, float[] input, float[] weightGradient, float[] outputGradient)
    {
        Array.Clear(weightGradient);
        int index = 0;
        for (int n = 0; n < s.Images; n++)
            for (int y = 0; y < s.OutHeight; y++)
                for (int x = 0; x < s.OutWidth; x++, index += s.OutChannels)
                    for (int tap = 0; tap < s.Taps; tap++)
                    {
                        int source = InputPixel(in s, n, y, x, tap);
                        if (source < 0) continue;
                        for (int i = 0; i < s.InChannels; i++)
                            for (int o = 0; o < s.OutChannels; o++)
                                weightGradient[(((tap * s.InChannels) + i) * s.OutChannels) + o] +=
                                    input[(source * s.InChannels) + i] * outputGradient[index + o];
                    }
    }

    /// <summary>Number of the input pixel under a kernel pixel, or -1 outside the image.</summary>
    private static int InputPixel(in Conv2dShape s, int n, int y, int x, int tap)
    {
        int inY = (y * s.Stride) + (tap / s.KernelWidth) - s.Padding, inX = (x * s.Stride) + (tap % s.KernelWidth) - s.Padding;
        return inY < 0 || inY >= s.InHeight || inX < 0 || inX >= s.InWidth ? -1 : (((n * s.InHeight) + inY) * s.InWidth) + inX;
    }
}
