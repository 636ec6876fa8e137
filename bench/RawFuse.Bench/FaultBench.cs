using RawFuse.Profiling;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Faults;

namespace RawFuse.Bench;

/// <summary>Drawing faulty cells and making weights faulty, each beside a copy of as many bytes in the same run, on the same threads.</summary>
internal static class FaultBench
{
    private const int Bytes = 100_000_000;

    private static readonly double[] Rates = [0.0001, 0.001, 0.01, 0.035, 0.1, 0.5];

    public static int Run()
    {
        using var device = new CpuDevice();
        Console.WriteLine($"{device.Name}; medians, and how many times as long a copy of as many bytes takes");
        Inject(device);
        Draw(device);
        return 0;
    }

    private static void Inject(CpuDevice device)
    {
        using Storage<sbyte> weights = device.Allocate<sbyte>(Bytes), copy = device.Allocate<sbyte>(Bytes);
        device.Span(weights).Fill(0x55);
        double floor = CopySeconds(device, weights, copy);
        Console.WriteLine($"{Bytes / 1e6:F0} MB of weights:");
        Print("copy", floor, floor);
        foreach (double rate in Rates)
        {
            foreach (FaultModel model in rate == 0.01 ? Enum.GetValues<FaultModel>() : [FaultModel.StuckAt])
            {
                var args = new InjectFaultsArgs(weights, Bytes, FaultCells.Drawn(1, rate, model));
                Print($"inject {model}, drawn, {rate:P2}", Timing.Median(() => device.Run<InjectFaults, InjectFaultsArgs>(in args)), floor);
            }
        }

        using var chip = new ChipMemory(device, new Chip(1, 0.01, mapping: SramMapping.Ibm));
        var place = new SramPlace("all", Bytes, 0);
        Print($"inject StuckAt, ibm, {0.01:P2}", Timing.Median(() => chip.Inject(weights, place)), floor);
    }

    /// <summary>Masks of a whole network, in turn for as many chips as a step of training has.</summary>
    private static void Draw(CpuDevice device)
    {
        const int Chips = 10;
        using var trained = new Network(BaseModel.Define("resnet18", classes: 10), device, seed: 1);
        using FrozenNetwork network = FrozenNetwork.From(trained);
        using var faults = new WeightFaults(network, Chips);
        int count = network.Weights.Sum(weights => weights.Quantized.Shape.Length);
        using Storage<sbyte> from = device.Allocate<sbyte>(Chips * count), to = device.Allocate<sbyte>(Chips * count);
        device.Span(from).Clear();
        double floor = CopySeconds(device, from, to) / Chips;
        Console.WriteLine($"masks of one chip for the {count / 1e6:F1} M weights of ResNet18:");
        Print("copy", floor, floor);
        Print("clear", Seconds(set => faults.Clear(set)), floor);
        foreach (SramMapping mapping in (SramMapping[])[SramMapping.Physical, SramMapping.Ibm])
        {
            foreach (double rate in Rates)
            {
                var population = new ChipPopulation(rate, mapping: mapping);
                Print($"draw {mapping}, {rate:P2}", Seconds(set => population.Draw(network, (ulong)set, faults, set)), floor);
            }
        }

        Print("the map alone, ibm", Seconds(set => new ChipMemory(device, new Chip((ulong)set, 0.01, mapping: SramMapping.Ibm)).Dispose()), floor);

        static double Seconds(Action<int> ofSet) => Timing.Median(() =>
        {
            for (int set = 0; set < Chips; set++) ofSet(set);
        }) / Chips;
    }

    private static double CopySeconds(CpuDevice device, Storage<sbyte> from, Storage<sbyte> to)
    {
        var copy = new Copy(device, from, to);
        return Timing.Median(() => device.For(copy.Items, in copy));
    }

    private static void Print(string name, double seconds, double floor) =>
        Console.WriteLine($"  {name,-32} {1e3 * seconds,9:F3} ms {seconds / floor,7:F2} x");

    private readonly unsafe struct Copy(CpuDevice device, Storage<sbyte> from, Storage<sbyte> to) : IParallelBody
    {
        private const int ItemBytes = 1 << 20;

        private readonly sbyte* from = device.Pointer(from);
        private readonly sbyte* to = device.Pointer(to);
        private readonly int length = from.Length;

        public int Items => (length + ItemBytes - 1) / ItemBytes;

        public void Run(int item)
        {
            int start = item * ItemBytes, count = Math.Min(ItemBytes, length - start);
            new ReadOnlySpan<sbyte>(from + start, count).CopyTo(new Span<sbyte>(to + start, count));
        }
    }
}
