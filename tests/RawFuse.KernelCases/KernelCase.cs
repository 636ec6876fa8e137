namespace RawFuse.KernelCases;

/// <summary>
/// One line of a kernel table: a body that makes inputs, launches kernels and says what it expects. It runs on every
/// device; see <see cref="KernelTable"/>.
/// </summary>
/// <param name="Name">What the test report shows; unique.</param>
/// <param name="Body">The computation, the same for every device.</param>
/// <param name="Emulate">Whether the case, with <see cref="KernelRun.Toy"/> sizes, is small enough for the emulator.</param>
/// <param name="ForTensorCores">Whether devices with tensor cores use them, for numbers that TF32 and BF16 hold exactly.</param>
/// <param name="EmulateTensorCores">Whether that is small enough for the emulator, whose tensor cores are slower still.</param>
internal sealed record KernelCase(string Name, Action<KernelRun> Body, bool Emulate = true, bool ForTensorCores = false, bool EmulateTensorCores = false);
