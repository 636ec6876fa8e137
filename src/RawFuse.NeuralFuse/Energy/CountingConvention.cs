namespace RawFuse.NeuralFuse.Energy;

/// <summary>How a network's layers are turned into the shapes that accesses are counted for.</summary>
public enum CountingConvention
{
    /// <summary>
    /// As in the paper's tables: output sizes rounded up; a transposed convolution counted as a convolution of stride 1 over the padded output with input and output
    /// channels exchanged; a 1x1 convolution at a UNet's end counted with padding 1.
    /// </summary>
    Paper,

    /// <summary>The shapes as they are: output sizes rounded down; a transposed convolution as the convolution over its zero-stuffed input that it is.</summary>
    Exact,
}
