using BenchmarkDotNet.Running;
using RawFuse.Bench;
using RawFuse.Bench.Ratios;
using RawFuse.Bench.Ratios.Memory;

switch (args)
{
    case ["peak", ..]:
        MachinePeak.Print();
        return 0;
    case ["conv", ..]:
        return ConvolutionLadder.Run(args[1..]);
    case ["ratios", ..]:
        return RatiosCommand.Run(args[1..]);
    case [MemoryProbe.Command, ..]:
        return MemoryProbe.Run(args[1..]);
    case ["int8", ..]:
        return Int8Ladder.Run(args[1..]);
    case ["ptx", ..]:
        return PtxCommand.Run(args[1..]);
    case ["faults"]: return FaultBench.Run();
    case ["micro", ..]:
        BenchmarkSwitcher.FromAssembly(typeof(MachinePeak).Assembly).Run(args[1..]);
        return 0;
    default:
        Console.Error.WriteLine("""
            Run a Release build on a quiet machine.
              peak                                          multiply-add peak and copy bandwidth of this machine
              conv [--case NAME] [--images N] [--json FILE] convolutions, step by step from a naive loop to the kernels
              ratios [--case NAME] [--list] [--threads N] [--json FILE]
                                                            RawFuse against TorchSharp; NAME may be the beginning of several names
              int8 [--images N] [--json FILE]               convolutions and networks on int8 activations against floats
              ptx [--kernel NAME] [--text] [--json FILE]    what GPU kernels become: local memory, vector loads, tensor cores; needs no GPU
              faults                                        drawing and injecting faults against a copy of as many bytes
              micro [BenchmarkDotNet options]               micro-benchmarks, such as --filter '*Convolution*'
            """);
        return 2;
}
