#!/usr/bin/env python3
"""PyTorch's side of bench/gpu.sh: the cases of bench/RawFuse.GpuBench, timed in the same way, a line of JSON each.

    gpu_torch.py [--device cuda:0|cpu] [--quick] [--toy] [--case NAME] [--seconds N] [--json FILE] [--list]

cuDNN picks its algorithms by trying them, and TF32 is allowed wherever a case does not say float32. Networks are called eagerly. With --toy, sizes are small enough for a
processor, so that every case can be tried without a GPU. A case that fails is reported, and the others go on; the exit code is then 1.
"""
import argparse
import json
import sys
import time

try:
    import torch
    import torch.nn.functional as F
    MISSING = None
except (ImportError, OSError) as error:
    MISSING = f"PyTorch is not there: {error}"

BATCH, CHIPS, IMAGES, BIT_ERROR_RATE, LAMBDA = 25, 10, 275, 0.01, 5.0
FIRST_SEED = 7000

# Input channels, output channels, image size, stride: the distinct 3x3 convolutions of ResNet18 on images of 32x32 pixels.
LAYERS = [(3, 64, 32, 1), (64, 64, 32, 1), (64, 128, 32, 2), (128, 128, 16, 1), (128, 256, 16, 2), (256, 256, 8, 1), (256, 512, 8, 2), (512, 512, 4, 1)]
PASSES = ["forward", "input-gradient", "weight-gradient"]


class Bench:
    """Where and how long to measure."""

    def __init__(self, device, toy, seconds):
        self.device, self.toy, self.seconds = torch.device(device), toy, seconds

    def synchronize(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)

    def random(self, *sizes):
        return torch.rand(*sizes, device=self.device) - 0.5

    def milliseconds(self, call):
        """Median and fastest milliseconds of a call, in batches with a wait for the device at the end of each only: RawFuse.GpuBench's Sampling."""

        def batch(count):
            start = time.perf_counter()
            for _ in range(count):
                call()
            self.synchronize()
            return (time.perf_counter() - start) / count

        self.synchronize()
        batch(1)
        once = batch(1)
        calls = int(min(max(0.02 / once, 1), 10_000))
        warm = once
        while warm < 0.3 * self.seconds:
            warm += calls * batch(calls)
        samples, total = [], 0.0
        while len(samples) < 3 or (total < self.seconds and len(samples) < 50):
            samples.append(batch(calls))
            total += calls * samples[-1]
        samples.sort()
        return 1000 * samples[len(samples) // 2], 1000 * samples[0]


def allow_tf32(allowed):
    """For matrix products and convolutions. PyTorch 2.9 renamed the settings, and refuses a mixture of both names."""
    if hasattr(torch.backends.cuda.matmul, "fp32_precision"):
        torch.backends.cuda.matmul.fp32_precision = torch.backends.cudnn.conv.fp32_precision = "tf32" if allowed else "ieee"
    else:
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = allowed


# Networks: a list of layers, each (name, kind, inputs, ...), that a pass gives weights to.

class Graph:
    """Layers in the order of computation, under names of their own. A node is the name of the layer that makes it; "x" is the image."""

    def __init__(self):
        self.layers = []

    def add(self, kind, name, *nodes, **options):
        self.layers.append((kind, name, nodes, options))
        return name

    def conv_norm(self, node, name, inputs, outputs, kernel=3, stride=1, bias=False):
        node = self.add("conv", name, node, inputs=inputs, outputs=outputs, kernel=kernel, stride=stride, bias=bias)
        return self.add("norm", f"{name}.norm", node, channels=outputs)

    def conv_norm_relu(self, node, name, inputs, outputs, stride=1, bias=False):
        return self.add("relu", f"{name}.relu", self.conv_norm(node, name, inputs, outputs, stride=stride, bias=bias))

    def run(self, images, parameters):
        values = {"x": images}
        for kind, name, nodes, options in self.layers:
            x = [values[node] for node in nodes]
            if kind == "conv":
                weight, bias = parameters.weights(name)
                y = F.conv2d(x[0], weight, bias, options["stride"], options["kernel"] // 2)
            elif kind == "linear":
                y = F.linear(x[0].mean((2, 3)), *parameters.weights(name))
            elif kind == "norm":
                y = parameters.normalize(name, x[0])
            elif kind == "relu":
                y = F.relu(x[0], inplace=True)
            elif kind == "add":
                y = x[0] + x[1]
            elif kind == "pool":
                y = F.max_pool2d(x[0], 2)
            elif kind == "up":
                y = F.interpolate(x[0], scale_factor=2, mode="nearest")
            elif kind == "tanh":
                y = torch.tanh(x[0])
            elif kind == "clamp":
                y = torch.clamp(x[0], -1, 1)
            else:
                raise ValueError(kind)
            values[name] = y
        return values[self.layers[-1][1]]


def resnet18(toy):
    graph, width = Graph(), 4 if toy else 64
    node, channels = graph.conv_norm_relu("x", "conv1", 3, width), width
    for stage in range(4):
        for block in range(2):
            name, outputs, stride = f"layer{stage + 1}.{block}", width << stage, 2 if stage > 0 and block == 0 else 1
            y = graph.conv_norm_relu(node, f"{name}.conv1", channels, outputs, stride)
            y = graph.conv_norm(y, f"{name}.conv2", outputs, outputs)
            if stride != 1 or channels != outputs:
                node = graph.conv_norm(node, f"{name}.shortcut", channels, outputs, kernel=1, stride=stride)
            node, channels = graph.add("relu", f"{name}.relu", graph.add("add", f"{name}.add", y, node)), outputs
    graph.add("linear", "linear", node, inputs=channels, outputs=10)
    return graph


def convl(toy):
    """F(x) = clamp(x + G(x)); G is ConvL."""
    graph, scale = Graph(), 16 if toy else 1
    node, channels = "x", 3
    for level, filters in enumerate([32, 64, 128]):
        for part in (1, 2):
            node, channels = graph.conv_norm_relu(node, f"conv{level + 1}_{part}", channels, filters // scale, bias=True), filters // scale
        node = graph.add("pool", f"pool{level}", node)
    for level, filters in enumerate([128, 64, 32]):
        node, channels = graph.conv_norm_relu(node, f"conv{level + 4}_1", channels, filters // scale, bias=True), filters // scale
        node = graph.add("up", f"up{level}", node)
        node = graph.conv_norm_relu(node, f"conv{level + 4}_2", channels, channels, bias=True)
    node = graph.add("conv", "convout", node, inputs=channels, outputs=3, kernel=3, stride=1, bias=True)
    node = graph.add("tanh", "tanh", graph.add("norm", "convout.norm", node, channels=3))
    graph.add("clamp", "F", graph.add("add", "add", "x", node))
    return graph


class Network:
    """A graph with floats of its own, all of which require a gradient but running statistics."""

    def __init__(self, graph, device, layout):
        self.graph, self.tensors = graph, {}
        for kind, name, _, options in graph.layers:
            if kind in ("conv", "linear"):
                inputs, outputs, kernel = options["inputs"], options["outputs"], options.get("kernel", 1)
                sizes = (outputs, inputs) if kind == "linear" else (outputs, inputs, kernel, kernel)
                weight = torch.randn(sizes, device=device) * (2 / (inputs * kernel * kernel)) ** 0.5
                self.tensors[f"{name}.weight"] = weight if kind == "linear" else weight.contiguous(memory_format=layout)
                if options.get("bias", True):
                    self.tensors[f"{name}.bias"] = torch.zeros(outputs, device=device)
            elif kind == "norm":
                channels = options["channels"]
                for part, value in (("weight", 1.0), ("bias", 0.0), ("mean", 0.0), ("variance", 1.0)):
                    self.tensors[f"{name}.{part}"] = torch.full((channels,), value, device=device)
        for tensor in self.trained():
            tensor.requires_grad_(True)

    def trained(self):
        return [tensor for name, tensor in self.tensors.items() if not name.endswith((".mean", ".variance"))]

    def clear_gradients(self):
        for tensor in self.trained():
            tensor.grad = None


class Rounding(torch.autograd.Function if MISSING is None else object):
    """Floats as int8 weights make of them, on the device; a chip's faults change the bytes before they become floats again. The gradient passes unchanged."""

    @staticmethod
    def forward(_, floats, chip):
        delta = floats.abs().max() / 127
        rounded = torch.round(torch.clamp(floats, -127 * delta, 127 * delta) / delta)
        if chip is not None:
            rounded = chip.read_back(rounded.to(torch.int8)).to(torch.float32)
        return rounded * delta

    @staticmethod
    def backward(_, gradient):
        return gradient, None


class QuantizedPass:
    """One forward pass on weights that are rounded on the way, from their floats."""

    def __init__(self, network, training=False, momentum=0.1, chip=None):
        self.network, self.training, self.momentum, self.chip = network, training, momentum, chip

    def weights(self, name):
        return Rounding.apply(self.network.tensors[f"{name}.weight"], self.chip), self.network.tensors.get(f"{name}.bias")

    def normalize(self, name, x):
        mean, variance, gamma, beta = (self.network.tensors[f"{name}.{part}"] for part in ("mean", "variance", "weight", "bias"))
        return F.batch_norm(x, mean, variance, gamma, beta, self.training, self.momentum, 1e-5)


class FrozenNetwork:
    """A network that is trained no more: int8 weights kept once, every batch normalization folded into the weights and bias before it, nothing that requires a gradient."""

    def __init__(self, network):
        self.graph, self.entries = network.graph, {}
        norms = {nodes[0]: name for kind, name, nodes, _ in network.graph.layers if kind == "norm"}
        with torch.no_grad():
            for kind, name, _, _ in network.graph.layers:
                if kind not in ("conv", "linear"):
                    continue
                floats, bias = network.tensors[f"{name}.weight"], network.tensors.get(f"{name}.bias")
                delta = floats.abs().max() / 127
                packed = torch.round(floats / delta).to(torch.int8)
                factor = delta.repeat(floats.shape[0])
                if name in norms:
                    mean, variance, gamma, beta = (network.tensors[f"{norms[name]}.{part}"] for part in ("mean", "variance", "weight", "bias"))
                    scale = gamma / torch.sqrt(variance + 1e-5)
                    factor, bias = factor * scale, beta + ((0 if bias is None else bias) - mean) * scale
                self.entries[name] = (packed, factor.reshape(-1, *[1] * (floats.dim() - 1)).detach(), bias.detach())
        self.clean = FrozenPass(self.entries, None)


class FrozenPass:
    """The sound weights of a frozen network, or what a chip's memory makes of them."""

    def __init__(self, entries, chip):
        self.made = {}
        with torch.no_grad():
            for name, (packed, factor, bias) in entries.items():
                weight = (packed if chip is None else chip.read_back(packed)).to(torch.float32) * factor
                self.made[name] = (weight.contiguous(memory_format=torch.channels_last) if weight.dim() == 4 else weight, bias)

    def weights(self, name):
        return self.made[name]

    def normalize(self, _, x):
        return x


class Chip:
    """The reference's faulty memory: 8192 rows of 16 bytes, each row for 256 weights one after the other. The map is drawn by numpy on the host, as the reference does, or on the
    device."""

    def __init__(self, seed, device, on_device):
        rows, cells = 8192, 128
        if on_device:
            generator = torch.Generator(device=device)
            generator.manual_seed(seed)
            faulty = torch.rand(rows, cells, device=device, generator=generator) < BIT_ERROR_RATE
            ones = torch.rand(rows, cells, device=device, generator=generator) < 0.5
            bits = torch.tensor([1, 2, 4, 8, 16, 32, 64, -128], device=device, dtype=torch.int32)

            def pack(field):
                return (field.reshape(rows, 16, 8).to(torch.int32) * bits).sum(2).to(torch.int8)

            stuck_at_1, stuck_at_0 = pack(faulty & ones), pack(faulty & ~ones)
        else:
            import numpy  # The reference's way alone needs it.

            faulty = numpy.random.RandomState(seed).rand(rows, cells) < BIT_ERROR_RATE
            ones = numpy.random.RandomState(seed + 1).rand(rows, cells) < 0.5

            def pack(field):
                return torch.from_numpy(numpy.packbits(field, axis=1, bitorder="little").view(numpy.int8)).to(device)

            stuck_at_1, stuck_at_0 = pack(faulty & ones), pack(faulty & ~ones)
        self.keep, self.set = self.tile(~stuck_at_0), self.tile(stuck_at_1)

    @staticmethod
    def tile(rows):
        return rows.repeat(1, 16).flatten()

    def read_back(self, packed):
        count = packed.numel()
        return ((packed.flatten() & self.mask(self.keep, count)) | self.mask(self.set, count)).view(packed.shape)

    @staticmethod
    def mask(tiled, count):
        """A map that starts anew after its last row."""
        return tiled[:count] if count <= tiled.numel() else tiled.repeat(-(-count // tiled.numel()))[:count]


class EopmProblem:
    """Networks, images and chips of a step."""

    def __init__(self, bench, layout):
        images, chips = (2, 2) if bench.toy else (BATCH, CHIPS)
        torch.manual_seed(1)
        self.base = Network(resnet18(bench.toy), bench.device, torch.contiguous_format)
        self.generator = Network(convl(bench.toy), bench.device, layout)
        self.images = (torch.rand(images, 3, 32, 32, device=bench.device) * 2 - 1).contiguous(memory_format=layout)
        self.labels = torch.randint(0, 10, (images,), device=bench.device)
        self.seeds = [FIRST_SEED + 7 * i for i in range(chips)]
        self.adam = torch.optim.Adam(self.generator.trained(), lr=1e-3, betas=(0.5, 0.999))

    def update(self):
        self.adam.step()
        self.generator.clear_gradients()


def eopm_reference(bench):
    """The reference's loop. For every chip: the generator, the faulty model on the raw images (only to print), the clean and the faulty model on F(x), and one backward pass, which also
    computes the gradients of both base models' weights. All weights are rounded from floats in every pass."""
    problem = EopmProblem(bench, torch.contiguous_format)
    base, generator = problem.base, problem.generator

    def step():
        for seed in problem.seeds:
            chip = Chip(seed, bench.device, on_device=False)
            with torch.no_grad():
                F.cross_entropy(base.graph.run(problem.images, QuantizedPass(base, chip=chip)), problem.labels).item()
            fused = generator.graph.run(problem.images, QuantizedPass(generator, training=True))
            clean = F.cross_entropy(base.graph.run(fused, QuantizedPass(base)), problem.labels)
            faulty = F.cross_entropy(base.graph.run(fused, QuantizedPass(base, chip=chip)), problem.labels)
            ((clean + LAMBDA * faulty) / len(problem.seeds)).backward()
            clean.item()
            faulty.item()
        base.clear_gradients()
        problem.update()

    return step, {"note": "NCHW, maps drawn by numpy"}


def eopm_restructured(bench):
    """The same gradient with little work: the generator once forward and once backward; in between the 1 + N frozen models, each adding to dL/dF(x)."""
    problem = EopmProblem(bench, torch.channels_last)
    generator, frozen = problem.generator, FrozenNetwork(problem.base)
    chips = len(problem.seeds)

    def step():
        fused = generator.graph.run(problem.images, QuantizedPass(generator, training=True, momentum=1 - 0.9 ** chips))
        leaf, losses = fused.detach().requires_grad_(True), []

        def add(parameters, share):
            loss = F.cross_entropy(frozen.graph.run(leaf, parameters), problem.labels)
            (share * loss).backward()
            losses.append(loss.detach())

        add(frozen.clean, 1.0)
        for seed in problem.seeds:
            add(FrozenPass(frozen.entries, Chip(seed, bench.device, on_device=True)), LAMBDA / chips)
        fused.backward(leaf.grad)
        problem.update()
        torch.stack(losses).tolist()

    return step, {"note": "channels_last, maps drawn on the device"}


def convolution(bench, which, layer):
    """One pass, in the layout that is faster."""
    inputs, outputs, size, stride = layer
    images = 1 if bench.toy else IMAGES
    calls = {}
    for name, layout in (("NCHW", torch.contiguous_format), ("channels_last", torch.channels_last)):
        x = bench.random(images, inputs, size, size).contiguous(memory_format=layout)
        w = bench.random(outputs, inputs, 3, 3).contiguous(memory_format=layout)
        y = F.conv2d(x, w, stride=stride, padding=1)
        gradient = bench.random(*y.shape).contiguous(memory_format=layout)
        wanted = [which == "input-gradient", which == "weight-gradient", False]

        def call(x=x, w=w, gradient=gradient):
            if which == "forward":
                F.conv2d(x, w, stride=stride, padding=1)
            else:
                torch.ops.aten.convolution_backward(gradient, x, w, None, [stride, stride], [1, 1], [1, 1], False, [0, 0], 1, wanted)

        calls[name] = call
    times = {}
    for name, call in calls.items():
        for _ in range(3):
            call()
        bench.synchronize()
        start = time.perf_counter()
        for _ in range(10):
            call()
        bench.synchronize()
        times[name] = time.perf_counter() - start
    faster = min(times, key=times.get)
    return calls[faster], {"note": faster, "flops": 2 * images * (size // stride) ** 2 * inputs * outputs * 9}


def product(bench, precision):
    size = 64 if bench.toy else 4096
    a, b = bench.random(size, size), bench.random(size, size)
    if precision == "bfloat16":
        a, b = a.to(torch.bfloat16), b.to(torch.bfloat16)
    allow_tf32(precision == "tensorfloat32")
    return lambda: torch.mm(a, b), {"flops": 2 * size ** 3}


def copy(bench):
    count = 1024 if bench.toy else 64 * 1024 * 1024
    a, b = bench.random(count), torch.empty(count, device=bench.device)
    return lambda: b.copy_(a), {"bytes": 8 * count}


def cases():
    """Names, and what makes a call and what is to be said of it."""
    yield "copy", copy
    yield "eopm-reference", eopm_reference
    yield "eopm-restructured", eopm_restructured
    for which in PASSES:
        for layer in LAYERS:
            inputs, outputs, size, stride = layer
            name = f"conv-{which}-{inputs}-{outputs}-{size}" + (f"-stride{stride}" if stride != 1 else "")
            yield name, lambda bench, which=which, layer=layer: convolution(bench, which, layer)
    for precision in ("float32", "tensorfloat32", "bfloat16"):
        yield f"gemm-{precision}", lambda bench, precision=precision: product(bench, precision)


def describe(device):
    name = torch.cuda.get_device_name(device) if torch.device(device).type == "cuda" else device
    return f"{torch.__version__} with cuDNN {torch.backends.cudnn.version()} on {name}"


def measure(name, prepare, bench):
    allow_tf32(True)
    call, said = prepare(bench)
    median, fastest = bench.milliseconds(call)
    return {"case": name, "medianMs": median, "fastestMs": fastest, **said}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda:0")
    parser.add_argument("--quick", action="store_true", help="a short look at each case")
    parser.add_argument("--toy", action="store_true", help="sizes for a processor")
    parser.add_argument("--case", default="", help="those alone whose names begin so")
    parser.add_argument("--seconds", type=float, default=240, help="when to begin no more cases")
    parser.add_argument("--json", help="where the lines go; standard output unless said")
    parser.add_argument("--list", action="store_true", help="the cases' names alone")
    arguments = parser.parse_args()
    if arguments.list:
        print(*(name for name, _ in cases()), sep="\n")
        return 0

    start, failed = time.monotonic(), False
    missing = MISSING
    if missing is None and arguments.device.startswith("cuda") and not torch.cuda.is_available():
        missing = "PyTorch finds no CUDA device."
    elif missing is None and not arguments.device.startswith("cuda") and not arguments.toy:
        missing = f"Nothing is timed on '{arguments.device}' at full size."
    with open(arguments.json, "w", encoding="utf-8") if arguments.json else sys.stdout as file:

        def write(result):
            print(json.dumps(result), file=file, flush=True)

        if missing is not None:
            print(missing, file=sys.stderr)
            write({"case": "device", "error": missing})
            return 1
        torch.backends.cudnn.benchmark = True
        bench = Bench(arguments.device, arguments.toy, 0 if arguments.toy else 0.2 if arguments.quick else 1.5)
        write({"case": "device", "note": describe(arguments.device)})
        for name, prepare in cases():
            if not name.startswith(arguments.case):
                continue
            try:
                if time.monotonic() - start > arguments.seconds:
                    raise RuntimeError("There was no time left.")
                write(measure(name, prepare, bench))
            except Exception as error:  # Whatever goes wrong in a case is its result.
                failed = True
                write({"case": name, "error": f"{type(error).__name__}: {error}".splitlines()[0]})
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
