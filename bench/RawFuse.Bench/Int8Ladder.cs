using System.Text.Json;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.BaseModels;
using RawFuse.Profiling;

namespace RawFuse.Bench;

/// <summary>
/// Convolutions and whole networks on int8 activations beside the same on floats: rates count 2 operations per multiply-accumulate of the direct method, whichever method runs.
/// The peak that shares refer to is twice the measured multiply-add peak, since a vector holds twice as many 16-bit factors as floats.
/// </summary>
internal static class Int8Ladder
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static int Run(string[] args)
    {
        string? file = null;
        int[] batches = [1, 25, 100];
        for (int i = 0; i < args.Length; i += 2)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            if (args[i] == "--json" && value is not null) file = value;
            else if (args[i] == "--images" && int.TryParse(value, out int number) && number > 0) batches = [number];
            else
            {
                Console.Error.WriteLine($"'{args[i]} {value}' is not understood; known are --images N and --json FILE.");
                return 2;
            }
        }

        using var device = new CpuDevice();
        double peak = 2 * MachineLimits.MeasureFma(device);
        Console.WriteLine($"{device.Name}, peak of 16-bit multiplications {peak:F0} G operations/s");
        List<Rung> rungs = [];
        Header("layer");
        foreach (int images in batches)
            foreach (Int8Layer layer in Int8Layer.All)
                rungs.Add(Print(Measure(device, layer, images), peak));
        Header("network");
        foreach (string network in (string[])["vgg16", "resnet18", "resnet50"])
            foreach (int images in (int[])[1, 32])
                rungs.Add(Print(Measure(device, network, images), peak));
        if (file is not null) File.WriteAllText(file, JsonSerializer.Serialize(new { device = device.Name, peak, rungs }, Json));
        return 0;
    }

    private static void Header(string what) => Console.WriteLine(
        $"{what,-22} {"images",6} {"float ms",9} {"int8 ms",9} {"float G/s",10} {"int8 G/s",9} {"share of peak",14} {"faster",7}");

    private static Rung Print(Rung rung, double peak)
    {
        Console.WriteLine(
            $"{rung.Name,-22} {rung.Images,6} {rung.FloatMilliseconds,9:F3} {rung.Int8Milliseconds,9:F3} {rung.FloatRate,10:F0} {rung.Int8Rate,9:F0} {rung.Int8Rate / peak,14:P0} "
            + $"{rung.FloatMilliseconds / rung.Int8Milliseconds,6:F2}x");
        return rung;
    }

    private static Rung Measure(CpuDevice device, Int8Layer layer, int images)
    {
        using (var one = new Int8Buffers(device, layer.Shape(1))) one.Check();
        using var buffers = new Int8Buffers(device, layer.Shape(images));
        return Rung.Of(layer.Name, images, layer.Shape(images).Macs, buffers.RunFloats, buffers.RunBytes);
    }

    /// <summary>A whole network with random weights, on random images, which take as long as any others.</summary>
    private static Rung Measure(CpuDevice device, string name, int images)
    {
        using var network = new Network(BaseModel.Define(name, 10), device, seed: 1);
        using FrozenNetwork frozen = FrozenNetwork.From(network);
        var random = new Random(1);
        var shape = new Shape(images, 32, 32, 3);
        using Tensor x = Tensor.From(device, shape, [.. Enumerable.Range(0, shape.Length).Select(_ => (2 * random.NextSingle()) - 1)]);
        var calibrator = new ActivationCalibrator(frozen);
        calibrator.Observe(x);
        ActivationRanges ranges = calibrator.Ranges();
        long macs = frozen.Weights.Sum(weights => (long)weights.Quantized.Shape.Length * weights.Layer.Output.Height * weights.Layer.Output.Width) * images;
        double floats = Timing.Median(() => frozen.Forward(x).Dispose());
        frozen.UseInt8(ranges);
        double bytes = Timing.Median(() => frozen.Forward(x).Dispose());
        return new Rung(name, images, 1000 * floats, 1000 * bytes, 2e-9 * macs / floats, 2e-9 * macs / bytes);
    }

    /// <summary>One line of the table: rates in G operations per second.</summary>
    private sealed record Rung(string Name, int Images, double FloatMilliseconds, double Int8Milliseconds, double FloatRate, double Int8Rate)
    {
        public static Rung Of(string name, int images, long macs, Action floats, Action bytes)
        {
            double ofFloats = Timing.Median(floats), ofBytes = Timing.Median(bytes);
            return new Rung(name, images, 1000 * ofFloats, 1000 * ofBytes, 2e-9 * macs / ofFloats, 2e-9 * macs / ofBytes);
        }
    }
}
