namespace RawFuse.Datasets;

/// <summary>Which of the two labels of a CIFAR-100 image counts.</summary>
public enum Cifar100Labels
{
    /// <summary>One of 100 classes.</summary>
    Fine,

    /// <summary>One of 20 superclasses of five classes each.</summary>
    Coarse,
}
