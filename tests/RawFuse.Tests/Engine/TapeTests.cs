using RawFuse.Kernels;

namespace RawFuse.Tests.Engine;

/// <summary>What a tape records, and when it lets go.</summary>
public sealed class TapeTests : IDisposable
{
    private readonly CpuDevice device = new(1);

    public void Dispose()
    {
        Assert.Equal(0, device.Pool.BytesInUse);
        device.Dispose();
    }

    [Fact]
    public void BackwardPassesAddUpUntilCleared()
    {
        using Tensor x = Tracked(1, 2);
        for (int pass = 1; pass <= 3; pass++)
        {
            using Tape tape = Tape.Start();
            using Tensor y = x.Scale(3);
            tape.Backward(y);
            Assert.Equal([3 * pass, 3 * pass], x.Gradient!.ToArray());
        }

        x.ClearGradient();
        Assert.Null(x.Gradient);
    }

    [Fact]
    public void TheStartingGradientIsTheCallers()
    {
        using Tensor x = Tracked(1, 2);
        using Tensor start = Tensor.From(device, new Shape(2), [5, -7]);
        using Tape tape = Tape.Start();
        using Tensor sum = x.Add(x);
        tape.Backward(sum, start);
        Assert.Equal([10, -14], x.Gradient!.ToArray());
        Assert.Equal([5, -7], start.ToArray());
    }

    [Fact]
    public void AStartingGradientOfAnotherShapeIsRefused()
    {
        using Tensor x = Tracked(1, 2);
        using Tensor start = Tensor.Zeros(device, new Shape(1, 2));
        using Tape tape = Tape.Start();
        using Tensor y = x.Scale(3);
        string message = Assert.Throws<ShapeException>(() => tape.Backward(y, start)).Message;
        Assert.Contains("[1, 2]", message);
        Assert.Contains("[2]", message);
    }

    [Fact]
    public void BackwardNeedsSomethingTracked()
    {
        using Tensor x = Tensor.From(device, new Shape(2), [1, 2]);
        using Tape tape = Tape.Start();
        using Tensor y = x.Scale(3);
        Assert.Throws<InvalidOperationException>(() => tape.Backward(y));
    }

    [Fact]
    public void ARecordingIsUsedUpByItsBackwardPass()
    {
        using Tensor x = Tracked(1, 2);
        using Tape tape = Tape.Start();
        using Tensor y = x.Scale(3);
        tape.Backward(y);
        Assert.Throws<InvalidOperationException>(() => tape.Backward(y));
        Assert.Equal([3, 3], x.Gradient!.ToArray());
    }

    [Fact]
    public void AResultOfAnotherTapeIsRefused()
    {
        using Tensor x = Tracked(1, 2);
        using Tape outer = Tape.Start();
        using Tensor y = x.Scale(3);
        using Tape inner = Tape.Start();
        Assert.Throws<InvalidOperationException>(() => inner.Backward(y));
        outer.Backward(y);
        Assert.Equal([3, 3], x.Gradient!.ToArray());
    }

    [Fact]
    public void AnInnerTapeLeavesTheOuterOneAlone()
    {
        using Tensor x = Tracked(1, 2);
        using Tape outer = Tape.Start();
        using Tensor before = x.Scale(2);
        using (Tensor cut = before.Share().TrackGradient())
        {
            using (Tape inner = Tape.Start())
            {
                using Tensor loss = cut.Multiply(cut);
                inner.Backward(loss);
            }

            Assert.Equal([4, 8], cut.Gradient!.ToArray());
            Assert.Null(x.Gradient);
            using Tensor after = before.Scale(10);
            outer.Backward(after);
        }

        Assert.Equal([20, 20], x.Gradient!.ToArray());
    }

    [Fact]
    public void ADisposedTapeRecordsNoMore()
    {
        using Tensor x = Tracked(1, 2);
        using (Tape.Start())
        using (Tensor y = x.Scale(3))
            Assert.True(y.NeedsGradient);
        using Tensor after = x.Scale(3);
        Assert.False(after.NeedsGradient);
    }

    [Fact]
    public void ATapeRecordsItsOwnThreadAlone()
    {
        using Tensor x = Tracked(1, 2);
        using Tape tape = Tape.Start();
        bool isRecorded = true;
        var thread = new Thread(() =>
        {
            using Tensor y = x.Scale(3);
            isRecorded = y.NeedsGradient;
        });
        thread.Start();
        thread.Join();
        Assert.False(isRecorded);
    }

    [Fact]
    public void TapesMayEndInAnyOrder()
    {
        using Tensor x = Tracked(1, 2);
        Tape outer = Tape.Start(), inner = Tape.Start();
        outer.Dispose();
        using (Tensor y = x.Scale(3)) inner.Backward(y);
        inner.Dispose();
        using Tensor after = x.Scale(3);
        Assert.False(after.NeedsGradient);
    }

    [Fact]
    public void ATapeThatEndsOnAnotherThreadRecordsNoMore()
    {
        using Tensor x = Tracked(1, 2);
        Tape tape = Tape.Start();
        var thread = new Thread(tape.Dispose);
        thread.Start();
        thread.Join();
        using Tensor y = x.Scale(3);
        Assert.False(y.NeedsGradient);
    }

    [Fact]
    public void ValuesThatABackwardPassNeedsOutliveTheirHandles()
    {
        using Tensor x = Tracked(1, 2);
        using Tape tape = Tape.Start();
        using Tensor squared = Square(x);
        using Tensor y = squared.Multiply(squared);
        tape.Backward(y);
        Assert.Equal([4, 32], x.Gradient!.ToArray());

        static Tensor Square(Tensor value)
        {
            using Tensor copy = value.Scale(1);
            return copy.Multiply(copy);
        }
    }

    [Fact]
    public void ABackwardPassThatFailsLeavesNothingBehind()
    {
        using Tensor x = Tracked(1, 2);
        using (Tape tape = Tape.Start())
        {
            using Tensor doubled = x.Scale(2);
            using Tensor y = Tape.Record(new Failing(), doubled.Scale(1), doubled);
            using Tensor z = y.Scale(1);
            Assert.Throws<NotSupportedException>(() => tape.Backward(z));
        }

        using Tape next = Tape.Start();
        using Tensor again = x.Scale(5);
        next.Backward(again);
        Assert.Equal([5, 5], x.Gradient!.ToArray());
    }

    [Fact]
    public void RecordingNeedsATape()
    {
        using Tensor x = Tracked(1, 2);
        Assert.Throws<InvalidOperationException>(() => Tape.Record(new Failing(), x, x));
    }

    private Tensor Tracked(params float[] values) => Tensor.From(device, new Shape(values.Length), values).TrackGradient();

    private sealed class Failing : Operation
    {
        protected internal override void Backward(Tensor outputGradient, GradientSink into) => throw new NotSupportedException();
    }
}
