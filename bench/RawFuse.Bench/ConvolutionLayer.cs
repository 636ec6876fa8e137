using RawFuse.Kernels;

namespace RawFuse.Bench;

/// <summary>A convolution to be timed: the layers of ResNet-18 and of the generators at CIFAR-10's size.</summary>
internal sealed record ConvolutionLayer(string Name, int InChannels, int OutChannels, int Size, int Kernel = 3, int Stride = 1)
{
    public static readonly ConvolutionLayer[] All =
    [
        new("64-64-32", 64, 64, 32),
        new("128-128-16", 128, 128, 16),
        new("256-256-8", 256, 256, 8),
        new("512-512-4", 512, 512, 4),
        new("512-512-2", 512, 512, 2),
        new("3-64-32", 3, 64, 32),
        new("64-3-32", 64, 3, 32),
        new("32-32-32", 32, 32, 32),
        new("64-128-32-stride2", 64, 128, 32, Stride: 2),
        new("64-128-32-1x1-stride2", 64, 128, 32, Kernel: 1, Stride: 2),
    ];

    public Conv2dShape Shape(int images) => new(images, Size, Size, InChannels, OutChannels, Kernel, Kernel, Stride, Kernel / 2);
}
