using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Method;

/// <summary>The engine's quantization, clean and faulty, against the reference implementation's bits.</summary>
public sealed class GoldenQuantizationTests
{
    private static readonly CpuDevice Device = new(2);

    private static readonly JsonElement Golden = GoldenFormula.Read("faults/faults_goldens.json");

    /// <summary>Steps, bytes and the floats they stand for, of clean and of faulty weights, as SHA-256 of little-endian data.</summary>
    [Fact]
    public void StepsBytesAndFloatsAreTheReferences()
    {
        foreach (JsonElement one in Golden.GetProperty("cases").EnumerateArray())
        {
            var chip = new Chip(one.GetProperty("seed").GetUInt64(), one.GetProperty("ber").GetDouble(), FaultModel.StuckAt, SramMapping.Ibm);
            using var memory = new ChipMemory(Device, chip);
            foreach (JsonProperty tensor in one.GetProperty("tensors").EnumerateObject())
            {
                using Tensor weights = Weights(Golden.GetProperty("tensors").GetProperty(tensor.Name));
                using QuantizedWeights quantized = QuantizedWeights.From(weights, 8);
                using Tensor rounded = weights.FakeQuantize(8);
                sbyte[] bytes = quantized.Packed.ToArray();
                Assert.Equal(tensor.Value.GetProperty("delta_bits").GetString(), $"0x{BitConverter.SingleToUInt32Bits(quantized.Scale):x8}");
                Assert.Equal(tensor.Value.GetProperty("sha256_q").GetString(), Sha256<sbyte>(bytes));
                Assert.Equal(tensor.Value.GetProperty("sha256_clean_dq_f32le").GetString(), Sha256<float>(rounded.ToArray().Select(Plain).ToArray()));

                memory.InjectAndCount(bytes, SramLayout.Place(chip, [(tensor.Name, bytes.Length)])[0]);
                Assert.Equal(tensor.Value.GetProperty("sha256_qpert").GetString(), Sha256<sbyte>(bytes));
                Assert.Equal(tensor.Value.GetProperty("sha256_dq_f32le").GetString(), Sha256<float>(Array.ConvertAll(bytes, value => value * quantized.Scale)));
            }
        }

        // A byte has no negative zero, and the reference's floats come from bytes.
        static float Plain(float value) => value == 0 ? 0 : value;
    }

    /// <summary>Weights half way between two levels go to the even one.</summary>
    [Fact]
    public void TiesAreBrokenAsTheReferenceBreaksThem()
    {
        JsonElement golden = Golden.GetProperty("tie_test");
        float[] values = [.. golden.GetProperty("w").EnumerateArray().Select(value => value.GetSingle())];
        using Tensor weights = Tensor.From(Device, new Shape(1, 1, 1, values.Length), values);
        using QuantizedWeights quantized = QuantizedWeights.From(weights, 8);
        Assert.Equal(golden.GetProperty("delta").GetSingle(), quantized.Scale);
        Assert.Equal([.. golden.GetProperty("q").EnumerateArray().Select(value => value.GetSByte())], quantized.Packed.ToArray());
    }

    /// <summary>The weights of the formula, in PyTorch's order: where a weight stands does not change how it is rounded.</summary>
    private static Tensor Weights(JsonElement golden)
    {
        float[] values = GoldenFormula.Weights(golden);
        Assert.Equal(golden.GetProperty("sha256_f32le").GetString(), Sha256<float>(values));
        return Tensor.From(Device, new Shape(1, 1, 1, values.Length), values);
    }

    private static string Sha256<T>(T[] values)
        where T : unmanaged => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<T>(values)));
}
