namespace RawFuse.Serialization;

/// <summary>One tensor as a validated header describes it.</summary>
/// <param name="Name">Unique, not empty.</param>
/// <param name="Type">The element type.</param>
/// <param name="Shape">The dimensions, none negative.</param>
/// <param name="Begin">The first byte, counted from the start of the data.</param>
/// <param name="End">One past the last byte; End - Begin is what type and shape need and fits one array.</param>
internal readonly record struct SafetensorsEntry(string Name, SafetensorsType Type, int[] Shape, long Begin, long End);
