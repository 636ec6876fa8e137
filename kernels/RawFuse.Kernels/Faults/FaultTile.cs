using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// What the cells under some of a tensor's weights do, in a GPU group's shared memory: under as many weights of each of up to 64 <em>segments</em>, which start at
/// equal distances in the tensor. A quad of cells w comes back as (w &amp; ~loss) ^ toggle. Quad q of the tensor is cells 32 q and on from its first one.
/// </summary>
/// <remarks>
/// A run of a tensor is one segment; weights that lie side by side in the engine's order are in as many segments as there are filters. Quads of the same place in
/// their segments lie side by side, in rows of an odd number of words: threads that read along a row, or down a column, meet different banks.
/// </remarks>
internal readonly struct FaultTile
{
    /// <summary>Threads that share a tile.</summary>
    public const int Threads = 128;

    /// <summary>The most segments.</summary>
    public const int Segments = 64;

    /// <summary>The most weights of each of several segments.</summary>
    public const int SegmentWeights = 64;

    /// <summary>The most weights of a single segment, which starts with a group.</summary>
    public const int RunWeights = Segments * SegmentWeights;

    /// <summary>Quads, and words of memory for each of the two arrays. A segment of several may start within a quad and end within another.</summary>
    public const int Quads = (Segments + 1) * ((SegmentWeights / FaultCells.QuadBytes) + 1);

    private const int QuadCells = 8 * FaultCells.QuadBytes;

    private readonly ArrayView<uint> loss;
    private readonly ArrayView<uint> toggle;
    private readonly int first;
    private readonly int distance;
    private readonly int bits;
    private readonly int pitch;

    /// <summary>Describes a tile.</summary>
    /// <param name="loss">Shared memory for what quads lose.</param>
    /// <param name="toggle">Shared memory for what they toggle.</param>
    /// <param name="first">Number of the first segment's first weight in the tensor.</param>
    /// <param name="weights">Weights of each segment.</param>
    /// <param name="segments">Segments.</param>
    /// <param name="distance">Weights from the start of one segment to that of the next.</param>
    /// <param name="bits">Cells of a weight.</param>
    public FaultTile(ArrayView<uint> loss, ArrayView<uint> toggle, int first, int weights, int segments, int distance, int bits)
    {
        this.loss = loss;
        this.toggle = toggle;
        this.first = first;
        this.distance = distance;
        this.bits = bits;
        pitch = segments == 1 ? 1 : Segments + 1;
        Weights = weights;
        Count = segments;
    }

    /// <summary>Weights of each segment.</summary>
    public int Weights { get; }

    /// <summary>Segments.</summary>
    public int Count { get; }

    /// <summary>The most quads that a segment touches.</summary>
    public int MostQuads => ((Weights * bits) + (2 * QuadCells) - 2) / QuadCells;

    /// <summary>Number in the tensor of the first quad that a segment touches.</summary>
    public int FirstQuad(int segment) => (int)(FirstCell(segment) / QuadCells);

    /// <summary>Number in the tensor of the first quad behind those.</summary>
    public int EndQuad(int segment) => (int)((FirstCell(segment) + (Weights * bits) + QuadCells - 1) / QuadCells);

    /// <summary>Number in the tensor of a segment's weight.</summary>
    public int Weight(int segment, int number) => first + (segment * distance) + number;

    /// <summary>Says what a segment's quad does.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="quad">Number of the quad among those that the segment touches.</param>
    /// <param name="losses">The bits that its cells do not keep.</param>
    /// <param name="toggles">The bits that they toggle after that.</param>
    public void Set(int segment, int quad, uint losses, uint toggles)
    {
        int at = (quad * pitch) + segment;
        loss[at] = losses;
        toggle[at] = toggles;
    }

    /// <summary>What a segment's quad loses, as it was set.</summary>
    public uint LossOf(int segment, int quad) => loss[(quad * pitch) + segment];

    /// <summary>What four weights of a segment lose, a byte each. Only those that the segment has mean anything.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="weight">The first weight's number in the segment, a multiple of 4.</param>
    public uint LossOfWeights(int segment, int weight) => FourWeights(loss, segment, weight);

    /// <summary>What four weights of a segment toggle, likewise.</summary>
    public uint ToggleOfWeights(int segment, int weight) => FourWeights(toggle, segment, weight);

    private long FirstCell(int segment) => (long)Weight(segment, 0) * bits;

    private uint FourWeights(ArrayView<uint> cells, int segment, int weight)
    {
        // The weights' cells, which lie in one quad or in two, and then a byte for each weight.
        int cell = (int)(FirstCell(segment) % QuadCells) + (weight * bits), shift = cell % QuadCells, at = (cell / QuadCells * pitch) + segment;
        uint fields = cells[at] >> shift;
        if (shift + (4 * bits) > QuadCells) fields |= cells[at + pitch] << (QuadCells - shift);
        if (bits == 8) return fields;
        uint field = (1U << bits) - 1;
        return (fields & field) | (((fields >> bits) & field) << 8) | (((fields >> (2 * bits)) & field) << 16) | (((fields >> (3 * bits)) & field) << 24);
    }
}
