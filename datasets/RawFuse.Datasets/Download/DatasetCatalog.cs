namespace RawFuse.Datasets.Download;

/// <summary>
/// The data sets that commands know. Addresses are those of the official pages, and PyTorch's copy for MNIST, whose own page no longer hands it out. Lengths
/// and sums are published there, or are those that several libraries which download the same files agree on.
/// </summary>
public static class DatasetCatalog
{
    private static readonly DatasetPart[] IdxFiles =
        [.. ((string[])["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]).Select(name => new DatasetPart(name, name + ".gz"))];

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyList<DatasetSource> Sources { get; } =
    [
        new("signs", 16, 8000, 1000, "MIT, as RawFuse", "built in"),
        new("cifar10", 10, 50_000, 10_000, "none stated; cite Krizhevsky 2009", "https://www.cs.toronto.edu/~kriz/cifar.html")
        {
            Address = new("https://www.cs.toronto.edu/~kriz/"),
            Files =
            [
                new("cifar-10-binary.tar.gz", 170_052_171, "c32a1d4ab5d03f1284b67883e8d87530", "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"),
            ],
            Contents = [.. Enumerable.Range(1, 5).Select(i => new DatasetPart($"data_batch_{i}.bin")), new("test_batch.bin")],
            TopFolder = "cifar-10-batches-bin",
        },
        new("cifar100", 100, 50_000, 10_000, "none stated; cite Krizhevsky 2009", "https://www.cs.toronto.edu/~kriz/cifar.html")
        {
            Address = new("https://www.cs.toronto.edu/~kriz/"),
            Files =
            [
                new("cifar-100-binary.tar.gz", 168_513_733, "03b5dce01913d631647c71ecec9e9cb8", "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"),
            ],
            Contents = [new("train.bin"), new("test.bin")],
            TopFolder = "cifar-100-binary",
        },
        new("gtsrb", 43, 39_209, 12_630, "none stated; cite Stallkamp et al. 2012", "https://benchmark.ini.rub.de/gtsrb_dataset.html")
        {
            Address = new("https://sid.erda.dk/public/archives/daaeac0d7ce1152aea9b61d9f1e19370/"),
            Files =
            [
                // Not GTSRB-Training_fixed.zip: that holds the 26,640 images of the competition's first round.
                new("GTSRB_Final_Training_Images.zip", 276_294_756, "f33fd80ac59bff73c82d25ab499e03a3"),
                new("GTSRB_Final_Test_Images.zip", 88_978_620, "c7e4e6327067d32654124b0fe9e82185"),
                new("GTSRB_Final_Test_GT.zip", 99_620, "fe31e9c9270bbcd7b84b7f21a9d9d9e5"),
            ],
            Contents =
            [
                new("Final_Training/Images", "Training", "train.bin", "train_every3rd.bin"),
                new("Final_Test/Images", "test.bin"),
                new("GT-final_test.csv", "Final_Test/GT-final_test.csv", "Final_Test/Images/GT-final_test.csv", "test.bin"),
            ],
            TopFolder = "GTSRB",
        },
        new("mnist", 10, 60_000, 10_000, "CC BY-SA 3.0", "http://yann.lecun.com/exdb/mnist/")
        {
            Address = new("https://ossci-datasets.s3.amazonaws.com/mnist/"),
            Files =
            [
                new("train-images-idx3-ubyte.gz", 9_912_422, "f68b3c2dcbeaaa9fbdd348bbdeb94873", "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
                new("train-labels-idx1-ubyte.gz", 28_881, "d53e105ee54ea40749a09fcbcd1e9432", "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
                new("t10k-images-idx3-ubyte.gz", 1_648_877, "9fb629c4189551a2d022fa330f9573f3", "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
                new("t10k-labels-idx1-ubyte.gz", 4_542, "ec29112dd5afa0611ce80d1b7f02629c", "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
            ],
            Contents = IdxFiles,
        },
        new("fashion-mnist", 10, 60_000, 10_000, "MIT", "https://github.com/zalandoresearch/fashion-mnist")
        {
            Address = new("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"),
            Files =
            [
                new("train-images-idx3-ubyte.gz", 26_421_880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d", "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
                new("train-labels-idx1-ubyte.gz", 29_515, "25c81989df183df01b3e8a0aad5dffbe", "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
                new("t10k-images-idx3-ubyte.gz", 4_422_102, "bef4ecab320f06d8554ea6380940ec79", "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
                new("t10k-labels-idx1-ubyte.gz", 5_148, "bb300cfdad3c16e7a12a480ee83cd310", "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
            ],
            Contents = IdxFiles,
        },
        new("imagenet10", 10, null, null, "ImageNet's terms: research only, by registration", "https://image-net.org")
        {
            Contents = [new("train"), new("val")],
            Instructions = "ImageNet-10 cannot be downloaded freely: take ten classes of ILSVRC 2012 from https://image-net.org (after registration) "
                + "and put them as train/CLASS/*.JPEG and val/CLASS/*.JPEG into its folder.",
        },
    ];

    /// <summary>The data set of a name, or null where none has it.</summary>
    public static DatasetSource? Find(string name) => Sources.FirstOrDefault(source => source.Name == name);
}
