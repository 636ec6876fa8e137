using RawFuse.Kernels;

namespace RawFuse.Bench;

/// <summary>A layer to be run on floats and on bytes: those of VGG16 and ResNet-18 for images of 32x32.</summary>
internal sealed record Int8Layer(string Name, int InChannels, int OutChannels, int Size, int Kernel = 3, int Stride = 1)
{
    public static readonly Int8Layer[] All =
    [
        new("3-64-32", 3, 64, 32),
        new("64-64-32", 64, 64, 32),
        new("64-128-16", 64, 128, 16),
        new("128-128-16", 128, 128, 16),
        new("128-256-8", 128, 256, 8),
        new("256-256-8", 256, 256, 8),
        new("256-512-4", 256, 512, 4),
        new("512-512-4", 512, 512, 4),
        new("512-512-2", 512, 512, 2),
        new("64-128-32-stride2", 64, 128, 32, Stride: 2),
        new("128-256-16-stride2", 128, 256, 16, Stride: 2),
        new("256-512-8-stride2", 256, 512, 8, Stride: 2),
        new("64-128-32-1x1-stride2", 64, 128, 32, Kernel: 1, Stride: 2),
        new("256-512-8-1x1-stride2", 256, 512, 8, Kernel: 1, Stride: 2),
        new("512-10-linear", 512, 10, 1, Kernel: 1),
    ];

    public Conv2dShape Shape(int images) => new(images, Size, Size, InChannels, OutChannels, Kernel, Kernel, Stride, Kernel / 2);
}
