using RawFuse;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Faults;
using RawFuse.NeuralFuse.Generators;

// A protected classifier in a program without native libraries: generator in front, faulty weights behind.
using var device = new CpuDevice();
using var baseNetwork = new Network(BaseModel.Define("vgg6", classes: 16), device, seed: 1);
using var generatorNetwork = new Network(Generator.Define("ConvS"), device, seed: 2);
using FrozenNetwork model = FrozenNetwork.From(baseNetwork), fuse = FrozenNetwork.From(generatorNetwork);

using var faults = new WeightFaults(model, sets: 1);
new ChipPopulation(bitErrorRate: 0.01).Draw(model, seed: 50000, faults, set: 0);

using Tensor images = Tensor.Full(device, new Shape(4, 32, 32, 3), 0.5f);
using Tensor fused = fuse.Forward(images);
using Tensor logits = model.Forward(fused, faults);
Console.WriteLine($"{device.Name}: logits {logits.Shape}, the first {logits.ToArray()[0]:F4}");
return float.IsFinite(logits.ToArray()[0]) ? 0 : 1;
