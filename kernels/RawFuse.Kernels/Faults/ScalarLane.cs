namespace RawFuse.Kernels;

/// <summary>A single lane in a general register: GPU threads and CPUs without wide vectors.</summary>
internal readonly unsafe struct ScalarLane(ulong value) : ILanes<ScalarLane>
{
    public readonly ulong Value = value;

    public static int Count => 1;

    public static ScalarLane All(ulong value) => new(value);

    public static ScalarLane Load(ulong* source) => new(*source);

    public static ScalarLane LoadBytes(byte* source) => new(*source);

    public static ScalarLane LoadShorts(ushort* source) => new(*source);

    public static ScalarLane LoadHalves(uint* source) => new(*source);

    public static void Store(ScalarLane value, ulong* destination) => *destination = value.Value;

    public static void StorePairs(ScalarLane low, ScalarLane high, ulong* destination)
    {
        destination[0] = low.Value;
        destination[1] = high.Value;
    }

    public static void StoreHalves(ScalarLane value, uint* destination) => *destination = (uint)value.Value;

    public static ScalarLane LowHalfProduct(ScalarLane a, ScalarLane b) => new((ulong)(uint)a.Value * (uint)b.Value);

    public static ScalarLane HighHalf(ScalarLane value) => new(value.Value >> 32);

    public static ScalarLane ShiftDown(ScalarLane value, int bits) => new(value.Value >> bits);

    public static ScalarLane PowerOfTwo(ScalarLane exponent) => new(1UL << (int)exponent.Value);

    public static ScalarLane WhereBelow(ScalarLane a, ScalarLane b, ScalarLane value) => new(a.Value < b.Value ? value.Value : 0);

    public static uint Below(ScalarLane a, ScalarLane b) => a.Value < b.Value ? 1U : 0;

    public static ScalarLane JoinLowHalves(ScalarLane low, ScalarLane high) => new((uint)low.Value | (high.Value << 32));

    public static ScalarLane Xor(ScalarLane a, ScalarLane b, ScalarLane c) => new(a.Value ^ b.Value ^ c.Value);

    public static ScalarLane operator +(ScalarLane a, ScalarLane b) => new(a.Value + b.Value);

    public static ScalarLane operator &(ScalarLane a, ScalarLane b) => new(a.Value & b.Value);

    public static ScalarLane operator |(ScalarLane a, ScalarLane b) => new(a.Value | b.Value);

    public static ScalarLane operator ~(ScalarLane a) => new(~a.Value);
}
