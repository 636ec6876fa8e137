using System.Text.Json;
using RawFuse.Kernels;
using RawFuse.Profiling;

namespace RawFuse.Bench;

/// <summary>
/// Convolution kernels beside the naive loop. Both compute one image and must agree; then the loop is timed on that image and the
/// kernel on the whole batch, and the rate is set against the machine's measured peak.
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

        using var device = new CpuDevice();
        double peak = MachineLimits.MeasureFma(device);
        Console.WriteLine($"{device.Name}, {images} images, measured peak {peak:F0} GFLOP/s");
        Console.WriteLine($"{"layer",-22} {"pass",-15} {"naive",9} {"kernel",9} {"share of peak",14} {"ms",9}");
        var rungs = new List<Rung>();
        foreach (ConvolutionLayer layer in layers)
        {
            foreach (ConvolutionPass pass in ConvolutionPass.All)
            {
                Rung rung = Measure(device, layer, pass, images, peak);
                rungs.Add(rung);
                Console.WriteLine(
                    $"{rung.Layer,-22} {rung.Pass,-15} {rung.NaiveGflops,9:F2} {rung.Gflops,9:F1} {rung.ShareOfPeak,14:P1} {rung.Milliseconds,9:F3}");
            }
        }

        if (file is not null) File.WriteAllText(file, JsonSerializer.Serialize(new { device = device.Name, images, peakGflops = peak, rungs }, Json));
        return 0;
    }

    private static Rung Measure(CpuDevice device, ConvolutionLayer layer, ConvolutionPass pass, int images, double peak)
    {
        Conv2dShape one = layer.Shape(1), batch = layer.Shape(images);
        double naive = CheckedNaiveSeconds(device, one, layer.Name, pass);
        using var buffers = new ConvolutionBuffers(device, batch);
        double seconds = Timing.Median(() => pass.Kernel(device, buffers));
        double gflops = 2e-9 * batch.Macs / seconds;
        return new Rung(layer.Name, pass.Name, 2e-9 * one.Macs / naive, gflops, gflops / peak, seconds * 1000);
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

    /// <summary>One line of the table: rates in GFLOP/s, a multiply-add counted as two.</summary>
    private sealed record Rung(string Layer, string Pass, double NaiveGflops, double Gflops, double ShareOfPeak, double Milliseconds);
}
