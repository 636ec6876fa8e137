namespace RawFuse.Kernels;

/// <summary>How precisely matrix products, those of convolutions among them, must multiply floats. Sums are float32 whichever it is.</summary>
public enum MatrixPrecision
{
    /// <summary>Float32, 23 bits of the fraction.</summary>
    Float32,

    /// <summary>Operands may be rounded to TF32: 10 bits of the fraction, the range of float32.</summary>
    TensorFloat32,

    /// <summary>Operands may be rounded to BF16: 7 bits of the fraction, the range of float32.</summary>
    BFloat16,
}
