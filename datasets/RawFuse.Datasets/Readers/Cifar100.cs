namespace RawFuse.Datasets;

/// <summary>
/// Reader of CIFAR-100 in its original binary version: train.bin and test.bin, each a row of records of a coarse label byte, a fine label byte and 3072 pixel
/// bytes (1024 red, 1024 green, 1024 blue, row by row). The format: https://www.cs.toronto.edu/~kriz/cifar.html.
/// </summary>
public static class Cifar100
{
    /// <summary>The hundred classes in the order of the fine labels, under the names of the archive's fine_label_names.txt.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
    [
        "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle",
        "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle",
        "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur",
        "dolphin", "elephant", "flatfish", "forest", "fox", "girl", "hamster", "house", "kangaroo", "keyboard",
        "lamp", "lawn_mower", "leopard", "lion", "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain",
        "mouse", "mushroom", "oak_tree", "orange", "orchid", "otter", "palm_tree", "pear", "pickup_truck", "pine_tree",
        "plain", "plate", "poppy", "porcupine", "possum", "rabbit", "raccoon", "ray", "road", "rocket",
        "rose", "sea", "seal", "shark", "shrew", "skunk", "skyscraper", "snail", "snake", "spider",
        "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank", "telephone", "television", "tiger", "tractor",
        "train", "trout", "tulip", "turtle", "wardrobe", "whale", "willow_tree", "wolf", "woman", "worm",
    ];

    /// <summary>The twenty superclasses in the order of the coarse labels, under the names of the archive's coarse_label_names.txt.</summary>
    public static IReadOnlyList<string> CoarseClassNames { get; } =
    [
        "aquatic_mammals", "fish", "flowers", "food_containers", "fruit_and_vegetables",
        "household_electrical_devices", "household_furniture", "insects", "large_carnivores", "large_man-made_outdoor_things",
        "large_natural_outdoor_scenes", "large_omnivores_and_herbivores", "medium_mammals", "non-insect_invertebrates", "people",
        "reptiles", "small_mammals", "trees", "vehicles_1", "vehicles_2",
    ];

    private static readonly PlanarRecords Records = new("CIFAR-100", new LabelByte("coarse label", CoarseClassNames), new LabelByte("fine label", ClassNames));

    /// <summary>Reads the training file (50,000 images when complete).</summary>
    /// <param name="folder">The folder that holds the .bin files.</param>
    /// <param name="labels">Which labels to take.</param>
    /// <exception cref="DatasetException">The folder or the file is missing, unreadable or malformed.</exception>
    public static ImageSet LoadTrain(string folder, Cifar100Labels labels = Cifar100Labels.Fine) => Load("train", folder, labels);

    /// <summary>Reads the test file (10,000 images when complete).</summary>
    /// <param name="folder">The folder that holds the .bin files.</param>
    /// <param name="labels">Which labels to take.</param>
    /// <exception cref="DatasetException">The folder or the file is missing, unreadable or malformed.</exception>
    public static ImageSet LoadTest(string folder, Cifar100Labels labels = Cifar100Labels.Fine) => Load("test", folder, labels);

    private static ImageSet Load(string split, string folder, Cifar100Labels labels) => labels == Cifar100Labels.Fine
        ? Records.Load($"cifar100-{split}", folder, [$"{split}.bin"], label: 1)
        : Records.Load($"cifar100-coarse-{split}", folder, [$"{split}.bin"], label: 0);
}
