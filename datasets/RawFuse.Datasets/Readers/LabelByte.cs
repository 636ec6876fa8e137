namespace RawFuse.Datasets;

/// <summary>One of the label bytes that a record of <see cref="PlanarRecords"/> begins with.</summary>
/// <param name="Name">What messages call it.</param>
/// <param name="Classes">The classes it counts, in label order.</param>
internal sealed record LabelByte(string Name, IReadOnlyList<string> Classes);
