namespace RawFuse.Kernels;

/// <summary>What a launch over several tensors knows of one: a struct of views and numbers.</summary>
internal interface IGpuTensor
{
    /// <summary>Elements.</summary>
    int Count { get; }

    /// <summary>Number of the launch's block that the first elements are in.</summary>
    int FirstBlock { get; set; }
}
