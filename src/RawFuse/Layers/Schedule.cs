namespace RawFuse;

/// <summary>An order of computation: which values each step reads and makes. It lets go of every value after its last use.</summary>
internal sealed class Schedule
{
    private readonly int[][] inputs;
    private readonly int[] outputs;
    private readonly int[] lastUse;
    private readonly int result;

    /// <param name="steps">Per step the numbers of the values it reads and of the one it makes; value 0 is the input.</param>
    /// <param name="result">Number of the value wanted.</param>
    public Schedule(IReadOnlyList<(int[] Inputs, int Output)> steps, int result)
    {
        inputs = [.. steps.Select(step => step.Inputs)];
        outputs = [.. steps.Select(step => step.Output)];
        this.result = result;
        lastUse = new int[outputs.Append(0).Max() + 1];
        for (int i = 0; i < inputs.Length; i++)
            foreach (int value in inputs[i])
                lastUse[value] = i;
        lastUse[result] = int.MaxValue;
    }

    public delegate Tensor Step(int step, ReadOnlySpan<Tensor> inputs);

    /// <summary>Computes the result. The input stays the caller's.</summary>
    public Tensor Run(Tensor input, Step step)
    {
        var values = new Tensor?[lastUse.Length];
        values[0] = input.Share();
        values[0]!.Variable = input.Variable;
        try
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                Tensor[] read = Array.ConvertAll(inputs[i], value => values[value]!);
                values[outputs[i]] = step(i, read);
                foreach (int value in inputs[i])
                {
                    if (lastUse[value] > i) continue;
                    Drop(values, value);
                }
            }

            Tensor wanted = values[result]!;
            values[result] = null;
            return wanted;
        }
        finally
        {
            for (int i = 0; i < values.Length; i++) Drop(values, i);
        }
    }

    /// <summary>Releases a handle, but not the gradient that a tracked input collects.</summary>
    private static void Drop(Tensor?[] values, int value)
    {
        if (values[value] is not { } tensor) return;
        if (value == 0) tensor.Variable = null;
        tensor.Dispose();
        values[value] = null;
    }
}
