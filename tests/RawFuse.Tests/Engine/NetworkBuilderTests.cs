namespace RawFuse.Tests.Engine;

/// <summary>Sizes that no layer can have.</summary>
public sealed class NetworkBuilderTests
{
    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(3, -1, 0)]
    [InlineData(3, 2, -1)]
    public void ImpossibleWindowsAreRefused(int window, int stride, int padding)
    {
        var net = new NetworkBuilder(8, 8, 3);
        string said = $"Windows of {window} pixels, stride {stride}, padding {padding}";
        Assert.Contains(said, Assert.Throws<ArgumentException>(() => net.MaxPool2d(net.Input, window, stride, padding)).Message);
        Assert.Contains(said, Assert.Throws<ArgumentException>(() => net.Conv2d(net.Input, "conv", 4, window, stride, padding)).Message);
    }

    [Fact]
    public void StridesOfZeroAreRefused()
    {
        var net = new NetworkBuilder(8, 8, 3);
        Assert.Throws<ArgumentException>(() => net.Conv2d(net.Input, "conv", 4, kernel: 3, stride: 0));
        Assert.Throws<ArgumentException>(() => net.AveragePool2d(net.Input, window: 0));
    }
}
