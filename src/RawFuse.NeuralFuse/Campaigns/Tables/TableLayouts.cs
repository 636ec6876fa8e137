using System.Globalization;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>The forms of the paper's tables.</summary>
internal static class TableLayouts
{
    private const double High = 0.01, Low = 0.005, Transfer = 0.015, Lambda = 5;
    private const int Bits = 8;

    private static readonly string[] Six = ["ConvL", "ConvS", "DeConvL", "DeConvS", "UNetL", "UNetS"], Two = ["ConvL", "UNetL"];

    /// <summary>All of them, by number.</summary>
    public static IReadOnlyDictionary<int, TableLayout> All { get; } = ((TableLayout[])
    [
        new(
            1, "Restricted access: generators trained on a surrogate model (SM) at a bit error rate of 1.5%, on a target model (TM), CIFAR-10", ["SM", "TM", "BER"],
            p => [p.Source, p.Target, Percent(p.Ber)], p => p.TrainBer == Transfer && IsRate(p.Ber) && IsStandard(p) && Two.Contains(p.Generator),
            [Alone("CA", Quantity.Clean), Alone("PA", Quantity.Perturbed), .. Two.SelectMany(Behind)]),
        new(
            2, "Energy saving (ES), from the models' shapes, at a bit error rate of 1%", ["base"],
            p => [p.Target], IsTrainedForIt, [.. Six.Select(generator => For(generator, generator, Quantity.EnergySaving))]),
        new(
            3, "Efficiency ratio: recovery (RP) per million parameters of the generator, CIFAR-10", ["base", "BER"],
            p => [p.Target, Percent(p.Ber)], IsTrainedForIt, [.. Six.Select(generator => For(generator, generator, Quantity.Efficiency))]),
        new(
            10, "Weight lambda of the perturbed loss: ConvL at a bit error rate of 1%, CIFAR-10", ["base", "lambda"],
            p => [p.Target, p.Lambda.ToString(CultureInfo.InvariantCulture)],
            p => p is { Generator: "ConvL", TrainBer: High, Ber: High, Bits: Bits } && p.Source == p.Target,
            [Alone("CA", Quantity.Clean), Alone("PA", Quantity.Perturbed), .. Protected("NF")]),
        new(
            11, "Universal input perturbation (UIP), CIFAR-10", ["base", "BER"],
            p => [p.Target, Percent(p.Ber)], p => p.Generator == "UIP" && IsTrainedForIt(p),
            [Alone("CA", Quantity.Clean), Alone("PA", Quantity.Perturbed), .. Protected("UIP")]),
        new(
            12, "Generators trained at the bit error rate they are evaluated at, CIFAR-10", ["base", "NF"],
            p => [p.Target, p.Generator], p => Six.Contains(p.Generator) && IsTrainedForIt(p),
            [Alone("CA", Quantity.Clean), .. AtRate(High), .. AtRate(Low)]),
        new(
            22, "Reduced precision at a bit error rate of 0.5%, generators trained at 1%, CIFAR-10", ["base", "bits"],
            p => [p.Target, p.Bits.ToString(CultureInfo.InvariantCulture)],
            p => p is { TrainBer: High, Ber: Low, Lambda: Lambda } && p.Source == p.Target && Two.Contains(p.Generator),
            [Alone("CA", Quantity.Clean), Alone("PA", Quantity.Perturbed), .. Two.SelectMany(Behind)]),
    ]).ToDictionary(layout => layout.Number);

    /// <summary>An error rate in percent.</summary>
    public static string Percent(double rate) => (100 * rate).ToString("0.#####", CultureInfo.InvariantCulture) + "%";

    private static bool IsRate(double rate) => rate is High or Low;

    private static bool IsStandard(TablePoint p) => p is { Bits: Bits, Lambda: Lambda };

    private static bool IsTrainedForIt(TablePoint p) => p.Source == p.Target && p.TrainBer == p.Ber && IsRate(p.Ber) && IsStandard(p);

    private static TableColumn Alone(string head, Quantity quantity) => new(head, quantity, p => p);

    private static TableColumn For(string generator, string head, Quantity quantity) => new(head, quantity, p => p with { Generator = generator });

    private static TableColumn[] Behind(string generator) =>
    [
        For(generator, $"{generator} CA(NF)", Quantity.CleanWithFuse), For(generator, $"{generator} PA(NF)", Quantity.PerturbedWithFuse),
        For(generator, $"{generator} RP", Quantity.Recovery),
    ];

    private static TableColumn[] Protected(string name) =>
        [Alone($"CA({name})", Quantity.CleanWithFuse), Alone($"PA({name})", Quantity.PerturbedWithFuse), Alone("RP", Quantity.Recovery)];

    private static TableColumn[] AtRate(double rate)
    {
        string head = Percent(rate);
        return
        [
            At("PA", Quantity.Perturbed), At("CA(NF)", Quantity.CleanWithFuse), At("PA(NF)", Quantity.PerturbedWithFuse), At("RP", Quantity.Recovery),
        ];

        TableColumn At(string what, Quantity quantity) => new($"{head} {what}", quantity, p => p with { TrainBer = rate, Ber = rate });
    }
}
