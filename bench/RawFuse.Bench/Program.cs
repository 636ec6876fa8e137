using BenchmarkDotNet.Running;
using RawFuse.Bench;

switch (args)
{
    case ["peak", ..]:
        MachinePeak.Print();
        return 0;
    case ["conv", ..]:
        return ConvolutionLadder.Run(args[1..]);
    case ["faults"]: return FaultBench.Run();
    case ["micro", ..]:
        BenchmarkSwitcher.FromAssembly(typeof(MachinePeak).Assembly).Run(args[1..]);
        return 0;
    default:
        Console.Error.WriteLine("""
            Run a Release build on a quiet machine.
              peak                                          multiply-add peak and copy bandwidth of this machine
              conv [--case NAME] [--images N] [--json FILE] convolutions against a naive loop and the peak
              faults                                        drawing and injecting faults against a copy of as many bytes
              micro [BenchmarkDotNet options]               micro-benchmarks, such as --filter '*Convolution*'
            """);
        return 2;
}
