using RawFuse.Datasets;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Datasets;

public sealed class Cifar10RealTests
{
    // The data set's page states the counts; the channel means of the training set are the ones that are commonly published.
    private static readonly double[] TrainMeans = [0.4914, 0.4822, 0.4465];

    [RequiresDataFact("cifar10", "test_batch.bin")]
    public void TheTrainingSetIsWhole()
    {
        ImageSet train = Cifar10.LoadTrain(RequiresDataFactAttribute.Folder("cifar10", "test_batch.bin"));

        Assert.Equal(50_000, train.Count);
        Assert.All(train.Labels.CountBy(label => label), entry => Assert.Equal(5000, entry.Value));
        for (int channel = 0; channel < 3; channel++)
        {
            long sum = 0;
            for (int i = channel; i < train.Pixels.Length; i += 3) sum += train.Pixels[i];
            Assert.Equal(TrainMeans[channel], sum / (train.Pixels.Length / 3 * 255.0), 0.0005);
        }
    }

    [RequiresDataFact("cifar10", "test_batch.bin")]
    public void TheTestSetIsWhole()
    {
        ImageSet test = Cifar10.LoadTest(RequiresDataFactAttribute.Folder("cifar10", "test_batch.bin"));

        Assert.Equal(10_000, test.Count);
        Assert.All(test.Labels.CountBy(label => label), entry => Assert.Equal(1000, entry.Value));
        Assert.Equal(["cat", "ship", "ship", "airplane", "frog"], test.Labels.Take(5).Select(label => test.ClassNames[label]));
    }
}
