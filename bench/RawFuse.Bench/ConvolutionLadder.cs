using System.Text.Json;
using RawFuse.Kernels;
using RawFuse.Profiling;

namespace RawFuse.Bench;

/// <summary>
/// The steps from the naive loop to the kernels as they run, each with its reason (<see cref="LadderRung"/>). On one image a step must agree with the loop before it is timed; then the
/// loop is timed on that image and the step on the whole batch. Rates are nominal: 2 operations for each multiply-accumulate of the definition, so that minimal filtering may exceed
/// the machine's peak.
/// </summary>
internal static class ConvolutionLadder
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static int Run(string[] args)
    {
        string? name = null, file = null;
        int images = 25;
        for (int i = 0; i < args.Length; i += 2)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            if (args[i] == "--case" && value is not null) name = value;
            else if (args[i] == "--json" && value is not null) file = value;
            else if (args[i] == "--images" && int.TryParse(value, out int number) && number > 0) images = number;
            else return Refuse($"'{args[i]} {value}' is not understood; known are --case NAME, --images N and --json FILE.");
        }

        ConvolutionLayer[] layers = [.. ConvolutionLayer.All.Where(layer => name is null || layer.Name == name)];
        if (layers.Length == 0) return Refuse($"There is no layer '{name}'; known are {string.Join(", ", ConvolutionLayer.All.Select(layer => layer.Name))}.");

        double peak;
        using (var all = new CpuDevice()) peak = MachineLimits.MeasureFma(all);
        using (var one = new CpuDevice(1))
            Console.WriteLine($"{CpuDevice.InstructionSet}, {images} images, measured peak {MachineLimits.MeasureFma(one):F0} GFLOP/s on 1 thread, {peak:F0} on {Environment.ProcessorCount}");
        foreach (LadderRung rung in LadderRung.All) Console.WriteLine($"  {rung.Name,-8} {rung.Reason}");
        Console.WriteLine($"{"layer",-22} {"pass",-15} {"step",-8} {"GFLOP/s",9} {"of the step below",18} {"ms",9}");
        var lines = new List<LadderLine>();
        foreach (ConvolutionLayer layer in layers)
            foreach (ConvolutionPass pass in ConvolutionPass.All)
                Climb(layer, pass, images, lines);

        if (file is not null) File.WriteAllText(file, JsonSerializer.Serialize(new { device = CpuDevice.InstructionSet, images, peakGflops = peak, steps = lines }, Json));
        return 0;
    }

    private static void Climb(ConvolutionLayer layer, ConvolutionPass pass, int images, List<LadderLine> lines)
    {
        Conv2dShape one = layer.Shape(1), batch = layer.Shape(images);
        double below = 0;
        foreach (LadderRung rung in LadderRung.All.Where(rung => rung.Suits(layer)))
        {
            using var device = new CpuDevice(rung.Threads, rung.Mode);
            double naive = CheckedNaiveSeconds(device, one, layer.Name, pass);
            if (below == 0)
            {
                below = 2e-9 * one.Macs / naive;
                Add(new LadderLine(layer.Name, pass.Name, "naive", below, 1, naive * images * 1000));
            }

            using var buffers = new ConvolutionBuffers(device, batch);
            double seconds = Timing.Median(() => pass.Kernel(device, buffers)), gflops = 2e-9 * batch.Macs / seconds;
            Add(new LadderLine(layer.Name, pass.Name, rung.Name, gflops, gflops / below, seconds * 1000));
            below = gflops;
        }

        void Add(LadderLine line)
        {
            lines.Add(line);
            Console.WriteLine($"{line.Layer,-22} {line.Pass,-15} {line.Step,-8} {line.Gflops,9:F1} {line.OfStepBelow,17:F2}x {line.Milliseconds,9:F3}");
        }
    }

    /// <summary>Times the naive loop, once its result and the kernel's agree.</summary>
    private static double CheckedNaiveSeconds(CpuDevice device, Conv2dShape shape, string layer, ConvolutionPass pass)
    {
        using var buffers = new ConvolutionBuffers(device, shape);
        float[] input = buffers.Input.ToArray(), weights = buffers.Weights.ToArray(), output = buffers.Output.ToArray();
        pass.Naive(shape, input, weights, output);
        pass.Kernel(device, buffers);
        foreach ((float[] expected, float[] actual) in new[] { input, weights, output }.Zip(buffers.All.Select(buffer => buffer.ToArray())))
            for (int i = 0; i < expected.Length; i++)
                if (!(Math.Abs(actual[i] - expected[i]) <= 1e-3 + (1e-4 * Math.Abs(expected[i]))))
                    throw new InvalidOperationException($"{layer}, {pass.Name}: element {i} is {actual[i]}, the naive loop says {expected[i]}.");
        return Timing.Seconds(() => pass.Naive(shape, input, weights, output), 1);
    }

    private static int Refuse(string message)
    {
        Console.Error.WriteLine(message);
        return 2;
    }

    /// <summary>One line of the table: nominal rates in GFLOP/s, and the time of the whole batch.</summary>
    private sealed record LadderLine(string Layer, string Pass, string Step, double Gflops, double OfStepBelow, double Milliseconds);
}
