using BenchmarkDotNet.Running;
using RawFuse.Bench;

switch (args)
{
    case ["peak", ..]:
        MachinePeak.Print();
        return 0;
    case ["conv", ..]:
        return ConvolutionLadder.Run(args[1..]);
    case ["int8", ..]:
        return Int8Ladder.Run(args[1..]);
    case ["micro", ..]:
        BenchmarkSwitcher.FromAssembly(typeof(MachinePeak).Assembly).Run(args[1..]);
        return 0;
    default:
        Console.Error.WriteLine("""
            Run a Release build on a quiet machine.
              peak                                          multiply-add peak and copy bandwidth of this machine
              conv [--case NAME] [--images N] [--json FILE] convolutions against a naive loop and the peak
              int8 [--images N] [--json FILE]               convolutions and networks on int8 activations against floats
              micro [BenchmarkDotNet options]               micro-benchmarks, such as --filter '*Convolution*'
            """);
        return 2;
}
