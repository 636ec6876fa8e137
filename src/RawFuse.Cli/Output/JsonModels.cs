using System.Text.Json.Serialization;
using RawFuse.Datasets.Download;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Energy;
using RawFuse.NeuralFuse.Evaluation;
using RawFuse.NeuralFuse.Faults;

namespace RawFuse.Cli.Output;

/// <summary>The tool's JSON documents. Their keys are a contract.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EvalJson))]
[JsonSerializable(typeof(DemoJson))]
[JsonSerializable(typeof(InjectJson))]
[JsonSerializable(typeof(EnergyJson))]
[JsonSerializable(typeof(TopologyJson))]
[JsonSerializable(typeof(ProfileJson))]
[JsonSerializable(typeof(DevicesJson))]
[JsonSerializable(typeof(ResultTableJson))]
[JsonSerializable(typeof(DatasetsJson))]
internal sealed partial class JsonModels : JsonSerializerContext;

/// <summary>What was said of chips beyond rate, model, mapping and cells; what was not said is left out.</summary>
internal sealed record FaultOptionsJson(
    IReadOnlyList<int>? BitPositions, string? Sram, double? RowBer, double? ColumnBer, double? Transient, IReadOnlyList<string>? Map)
{
    /// <summary>The options of a chip, or null where all are as they stand without being said.</summary>
    public static FaultOptionsJson? Of(Chip chip, IReadOnlyList<string>? map)
    {
        FaultOptions options = chip.Options;
        var said = new FaultOptionsJson(
            options.Positions == byte.MaxValue ? null : [.. Enumerable.Range(0, 8).Where(bit => (options.Positions >> bit & 1) != 0)],
            chip.Geometry is { } size ? $"{size.Banks}x{size.Rows}x{size.Columns}" : null,
            Rate(options.RowRate), Rate(options.ColumnRate), Rate(options.TransientRate), map);
        return said == new FaultOptionsJson(null, null, null, null, null, null) ? null : said;

        static double? Rate(double rate) => rate == 0 ? null : rate;
    }
}

/// <summary>What <c>eval</c> writes; accuracies and recovery, its mean and what it is on each chip, in percent.</summary>
internal sealed record EvalJson(
    double CleanAccuracy, PerturbedJson PerturbedAccuracy, AccuracyJson? WithFuse, double? Recovery, PerturbedJson? RecoveryPerChip, double Ber, double CellBer, double FlipRate, string Mapping,
    string Model, string Cells, int Bits, FaultOptionsJson? Faults, IReadOnlyList<ulong> Chips, int Images, int Batch, Int8Json? Int8);

/// <summary>How the base model ran on int8 activations; left out where it ran on floats.</summary>
/// <param name="CalibrationImages">Images that the activations' ranges were found on.</param>
internal sealed record Int8Json(int CalibrationImages);

/// <summary>What <c>demo</c> writes: eval's keys, energy and time.</summary>
internal sealed record DemoJson(
    double CleanAccuracy, PerturbedJson PerturbedAccuracy, AccuracyJson? WithFuse, double? Recovery, double Ber, string Mapping, string Model, string Cells,
    int Bits, IReadOnlyList<ulong> Chips, int Images, double EnergySavingPercent, double MacEnergySavingPercent, double Seconds,
    IReadOnlyDictionary<string, double> StageSeconds, string Base, string Generator, ulong Seed);

/// <summary>What a chip did to one bit of all weights of a tensor, 0 for the lowest.</summary>
internal sealed record BitJson(int Bit, long Cells, long StuckAt0, long StuckAt1, long Flipping, long ZeroToOne, long OneToZero)
{
    public static IReadOnlyList<BitJson> Of(FaultCounts counts) =>
        [.. Enumerable.Range(0, 8).Select(bit => new BitJson(
            bit, counts.Exposed[bit], counts.StuckAt0[bit], counts.StuckAt1[bit], counts.Flipping[bit], counts.ZeroToOne[bit], counts.OneToZero[bit]))];
}

/// <summary>What a chip did to one tensor; rates from 0 to 1.</summary>
internal sealed record InjectedTensorJson(
    string Name, long Weights, long CellsFaulty, long BitsChanged, long WeightsChanged, double CellBer, double FlipRate, IReadOnlyList<BitJson> ByBit)
{
    public static InjectedTensorJson Of(FaultReport report) => new(
        report.Name, report.Weights, report.CellsFaulty, report.BitsChanged, report.WeightsChanged, report.CellBer, report.FlipRate, BitJson.Of(report.Counts));
}

/// <summary>What <c>inject</c> writes; rates from 0 to 1.</summary>
internal sealed record InjectJson(
    IReadOnlyList<InjectedTensorJson> Tensors, double RequestedBer, double CellBer, double FlipRate, ulong Chip, string Mapping, string Model, string Cells,
    int Bits, FaultOptionsJson? Faults);

internal sealed record LayerJson(string Name, long FilterReads, long IfmapReads, long OfmapWrites, long Cycles, long Macs)
{
    public static LayerJson Of(AccessLedgerRow row) =>
        new(row.Layer.Name, row.Counts.FilterReads, row.Counts.IfmapReads, row.Counts.OfmapWrites, row.Counts.Cycles, row.Counts.Macs);
}

internal sealed record NetworkCostJson(string Name, long Params, long Macs, long MacsPrinted, double Twma, IReadOnlyList<LayerJson> Layers)
{
    public static NetworkCostJson Of(NetworkCost cost) =>
        new(cost.Name, cost.Parameters, cost.Macs, cost.PrintedMacs, cost.Ledger.TotalWeightMemoryAccesses, [.. cost.Ledger.Rows.Select(LayerJson.Of)]);
}

/// <summary>What <c>energy</c> writes for models.</summary>
internal sealed record EnergyJson(
    NetworkCostJson Base, NetworkCostJson? Generator, double? EnergySavingPercent, double? MacEnergySavingPercent, string? Verdict,
    double AccessEnergyRatio, double Ber);

/// <summary>What <c>energy --topology</c> writes.</summary>
internal sealed record TopologyJson(IReadOnlyList<LayerJson> Layers, long FilterReads, long IfmapReads, long OfmapWrites, long Cycles, long Macs, double Twma);

/// <summary>What <c>devices</c> writes.</summary>
internal sealed record DevicesJson(IReadOnlyList<DeviceJson> Devices);

/// <summary>A device: what it is, or why it is not there.</summary>
/// <param name="Device">What <c>--device</c> calls it.</param>
/// <param name="Name">The processor's or accelerator's name.</param>
/// <param name="MemoryBytes">Bytes of its memory.</param>
/// <param name="ComputeCapability">Of an NVIDIA GPU, such as "9.0".</param>
/// <param name="Paths">How it computes.</param>
/// <param name="Error">Why it cannot be used; then all else is left out.</param>
internal sealed record DeviceJson(string Device, string? Name, long? MemoryBytes, string? ComputeCapability, IReadOnlyList<string>? Paths, string? Error)
{
    public static DeviceJson Of(string device, Device open) => new(
        device, open.Name, open.MemoryBytes, open is GpuDevice { ComputeCapability: var (major, minor) } ? $"{major}.{minor}" : null, open.Paths, null);

    public static DeviceJson Of(string device, DeviceUnavailableException exception) => new(device, null, null, null, null, exception.Message);
}

/// <summary>What <c>data list</c> writes.</summary>
internal sealed record DatasetsJson(IReadOnlyList<DatasetJson> Datasets);

/// <summary>A known data set and whether it is here.</summary>
/// <param name="Name">What <c>--data</c> calls it.</param>
/// <param name="State">"built in", "present", "incomplete" or "absent".</param>
/// <param name="Folder">Where it is or belongs; left out where it needs no folder or nothing says which.</param>
/// <param name="Missing">What readers need and the folder lacks.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="TrainImages">Number of training images; left out where copies differ.</param>
/// <param name="TestImages">Number of test images; left out where copies differ.</param>
/// <param name="DownloadBytes">Size of its archives; left out where there is nothing to download.</param>
/// <param name="Licence">The terms in a few words.</param>
/// <param name="Home">Its home page.</param>
internal sealed record DatasetJson(
    string Name, string State, string? Folder, IReadOnlyList<string>? Missing, int Classes, int? TrainImages, int? TestImages, long? DownloadBytes,
    string Licence, string Home)
{
    /// <summary>Looks for a data set.</summary>
    /// <param name="source">The data set.</param>
    /// <param name="folder">Where its files are looked for; null where nothing says that.</param>
    public static DatasetJson Of(DatasetSource source, string? folder)
    {
        IReadOnlyList<string> missing = folder is null ? [.. source.Contents.Select(part => part.Path)] : source.MissingIn(folder);
        string state = source.IsBuiltIn ? "built in" : missing.Count == 0 ? "present" : missing.Count < source.Contents.Count ? "incomplete" : "absent";
        return new DatasetJson(
            source.Name, state, source.IsBuiltIn ? null : folder, state == "incomplete" ? missing : null, source.Classes, source.TrainImages, source.TestImages,
            source.Address is null ? null : source.DownloadBytes, source.Licence, source.Home);
    }
}
