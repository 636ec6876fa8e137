namespace RawFuse;

/// <summary>
/// Declares a network layer by layer. Layers that store something are declared in the order of PyTorch's state dictionary;
/// sizes follow from the input's.
/// </summary>
public sealed class NetworkBuilder
{
    private readonly List<Layer> layers = [];
    private int nextId = 1;

    /// <summary>Starts a network.</summary>
    /// <param name="height">Height of the images.</param>
    /// <param name="width">Width of the images.</param>
    /// <param name="channels">Channels of the images.</param>
    public NetworkBuilder(int height, int width, int channels)
    {
        if (height < 1 || width < 1 || channels < 1) throw new ShapeException($"A network cannot take images of {height}x{width}x{channels}.");
        Input = new Node(0, height, width, channels);
    }

    /// <summary>The images.</summary>
    public Node Input { get; }

    /// <summary>Convolution with a square kernel.</summary>
    public Node Conv2d(Node x, string name, int filters, int kernel, int stride = 1, int padding = 0, bool bias = true) => Add(
        Windows(x.Height, kernel, stride, padding), Windows(x.Width, kernel, stride, padding), filters,
        output => new ConvLayer(name, x, output, kernel, stride, padding, bias), name);

    /// <summary>Transposed convolution with a square kernel.</summary>
    public Node ConvTranspose2d(Node x, string name, int filters, int kernel, int stride = 1, int padding = 0, bool bias = true)
    {
        int height = ((x.Height - 1) * stride) - (2 * padding) + kernel, width = ((x.Width - 1) * stride) - (2 * padding) + kernel;
        return Add(height, width, filters, output => new ConvTransposeLayer(name, x, output, kernel, stride, padding, bias), name);
    }

    /// <summary>Linear map of the whole image; the result is 1 x 1 x outputs.</summary>
    public Node Linear(Node x, string name, int outputs, bool bias = true) => Add(1, 1, outputs, output => new LinearLayer(name, x, output, bias), name);

    /// <summary>Batch normalization.</summary>
    public Node BatchNorm2d(Node x, string name) => Add(x.Height, x.Width, x.Channels, output => new BatchNormLayer(name, x, output), name);

    /// <summary>max(x, 0).</summary>
    public Node Relu(Node x, bool functional = false) =>
        Add(x.Height, x.Width, x.Channels, output => new ActivationLayer("relu", x, output, ActivationKind.Relu) { IsFunctional = functional });

    /// <summary>Hyperbolic tangent.</summary>
    public Node Tanh(Node x) => Add(x.Height, x.Width, x.Channels, output => new ActivationLayer("tanh", x, output, ActivationKind.Tanh));

    /// <summary>Limits to [min, max].</summary>
    public Node Clamp(Node x, float min, float max) =>
        Add(x.Height, x.Width, x.Channels, output => new ActivationLayer("clamp", x, output, ActivationKind.Clamp, min, max));

    /// <summary>Largest value of each window; a stride of 0 is the window's size.</summary>
    public Node MaxPool2d(Node x, int window, int stride = 0, int padding = 0)
    {
        int step = stride == 0 ? window : stride;
        return Add(
            Windows(x.Height, window, step, padding), Windows(x.Width, window, step, padding), x.Channels,
            output => new PoolLayer("maxpool", x, output, isMax: true, window, step, padding));
    }

    /// <summary>Mean of each window.</summary>
    public Node AveragePool2d(Node x, int window, bool functional = false) => Add(
        Windows(x.Height, window, window, 0), Windows(x.Width, window, window, 0), x.Channels,
        output => new PoolLayer("avgpool", x, output, isMax: false, window, window) { IsFunctional = functional });

    /// <summary>Means of windows that cover the image with height x width pixels.</summary>
    public Node AdaptiveAveragePool2d(Node x, int height, int width) => Add(height, width, x.Channels, output => new AdaptivePoolLayer("avgpool", x, output));

    /// <summary>Enlargement by repeating pixels.</summary>
    public Node Upsample(Node x, int factor) => Add(x.Height * factor, x.Width * factor, x.Channels, output => new UpsampleLayer("upsample", x, output, factor));

    /// <summary>Sum of two values of the same size.</summary>
    public Node Add(Node left, Node right)
    {
        if ((left.Height, left.Width, left.Channels) != (right.Height, right.Width, right.Channels)) throw new ShapeException($"Add: {left} and {right} differ in size.");
        return Add(left.Height, left.Width, left.Channels, output => new AddLayer("add", left, right, output));
    }

    /// <summary>x + tanh(U), with one trained image U for all x.</summary>
    public Node Perturb(Node x, string name) => Add(x.Height, x.Width, x.Channels, output => new PerturbationLayer(name, x, output), name);

    /// <summary>Two values side by side along their channels.</summary>
    public Node Concat(Node left, Node right)
    {
        if ((left.Height, left.Width) != (right.Height, right.Width)) throw new ShapeException($"Concat: {left} and {right} differ in height or width.");
        return Add(left.Height, left.Width, left.Channels + right.Channels, output => new ConcatLayer("concat", left, right, output));
    }

    /// <summary>Zeros around an image.</summary>
    public Node Pad(Node x, int height, int width, int top, int left) => Add(height, width, x.Channels, output => new PadLayer("pad", x, output, top, left));

    /// <summary>Ends the declaration.</summary>
    /// <param name="name">The architecture's name.</param>
    /// <param name="output">The network's result.</param>
    public NetworkDefinition Build(string name, Node output) => new(name, Input, output, layers);

    /// <summary>How many windows fit side by side; 0 where not even one does.</summary>
    /// <exception cref="ArgumentException">The window or the stride is not positive, or the padding is negative.</exception>
    private static int Windows(int size, int window, int stride, int padding)
    {
        if (window < 1 || stride < 1 || padding < 0)
            throw new ArgumentException($"Windows of {window} pixels, stride {stride}, padding {padding}; expected 1 or more, and a padding of 0 or more.");
        int room = size + (2 * padding) - window;
        return room < 0 ? 0 : (room / stride) + 1;
    }

    private Node Add(int height, int width, int channels, Func<Node, Layer> make, string? name = null)
    {
        if (height < 1 || width < 1 || channels < 1)
            throw new ShapeException($"Layer '{name ?? "?"}' would make values of {height}x{width}x{channels}; the images are too small for the network.");
        var output = new Node(nextId++, height, width, channels);
        layers.Add(make(output));
        return output;
    }
}
