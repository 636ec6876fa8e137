using System.Numerics;

namespace RawFuse.Datasets.Signs;

/// <summary>Outline of a sign.</summary>
internal enum SignShape { Circle, TriangleUp, TriangleDown, Octagon, Diamond, Square }

/// <summary>What is painted on the face of a sign. The texts stand for the characters in their names.</summary>
internal enum SignSymbol { None, ArrowUp, ArrowLeft, ArrowRight, Bar, Plus, Exclamation, Text30, Text50, Text80, TextStop, TextP }

/// <summary>One class of sign. Colours are RGB in [0, 1].</summary>
/// <param name="Name">Name of the class.</param>
/// <param name="Shape">Outline.</param>
/// <param name="RimWidth">Width of the rim, in units of the sign's radius.</param>
/// <param name="Rim">Colour of the rim.</param>
/// <param name="Face">Colour inside the rim.</param>
/// <param name="Symbol">What is painted on the face.</param>
/// <param name="Ink">Colour of the symbol.</param>
internal sealed record SignKind(string Name, SignShape Shape, float RimWidth, Vector3 Rim, Vector3 Face, SignSymbol Symbol, Vector3 Ink);
