namespace RawFuse.Kernels;

/// <summary>Tells a GPU thread what the cells under a tensor do. A struct of numbers and views.</summary>
internal interface IGroupSource
{
    /// <summary>The cells that hold bytes 16*index to 16*index + 15 of the tensor.</summary>
    GroupFaults<ScalarLane> At(long index);
}
