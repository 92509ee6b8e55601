using AttentionEngine.Pipeline.Graph;

namespace AttentionEngine.Tests.Pipeline;

public class GraphBufferTests
{
    [Fact]
    public void A_tick_takes_exactly_the_frames_up_to_its_time()
    {
        var buffer = new StreamBuffer(2, 16);
        buffer.Append([1, 2, 3, 4, 5, 6], [0.1, 0.2, 0.3], 0.35);
        Assert.Equal(2, buffer.IndexAfter(0.2));
        var chunk = buffer.Take(2);
        Assert.Equal([1f, 2, 3, 4], chunk.Values.ToArray());
        Assert.Equal(0, chunk.FirstSample);
        Assert.Equal([5f, 6], buffer.Take(3).Values.ToArray());
        Assert.Equal(0, buffer.Take(3).Frames);
    }

    [Fact]
    public void Frames_go_round_the_ring_in_order_and_a_full_ring_refuses_and_counts()
    {
        var buffer = new StreamBuffer(1, 8);
        long expected = 0;
        for (int round = 0; round < 100; round++)
        {
            float[] values = [.. Enumerable.Range(0, 5).Select(i => (float)(round * 5 + i))];
            buffer.Append(values, [.. values.Select(v => (double)v)], 0);
            var chunk = buffer.Take(buffer.Written);
            foreach (float v in chunk.Values) Assert.Equal(expected++, v);
        }
        Assert.Equal(500, expected);
        buffer.Append(new float[12], new double[12], 0);
        Assert.Equal(8, buffer.Written - buffer.Read);
        Assert.Equal(4, buffer.Refused);
    }

    [Fact]
    public void Late_frames_enter_at_the_next_tick_at_their_true_age()
    {
        var buffer = new StreamBuffer(1, 8);
        buffer.Append([1], [1.0], 1.0);
        buffer.Take(buffer.IndexAfter(1.5));
        buffer.Append([2], [0.7], 1.6); // captured before what has been consumed already
        Assert.Equal(2, buffer.IndexAfter(1.5));
        Assert.Equal(0.7, buffer.Take(2).TimesS[0]);
    }

    [Fact]
    public void Audio_history_tells_a_reader_that_was_lapped()
    {
        var history = new AudioHistory(2, 8);
        for (int i = 0; i < 3; i++) history.Append([i * 4, i * 4 + 1, i * 4 + 2, i * 4 + 3, -i * 4, -i * 4 - 1, -i * 4 - 2, -i * 4 - 3], 4);
        var read = new float[8];
        Assert.True(history.TryCopy(6, 4, read));
        Assert.Equal([6f, 7, 8, 9, -6, -7, -8, -9], read);
        Assert.False(history.TryCopy(2, 4, read));
        Assert.Throws<ArgumentOutOfRangeException>(() => history.TryCopy(10, 4, read));
    }

    [Fact]
    public void Histogram_percentiles_are_within_a_bin_of_the_truth()
    {
        var histogram = new DurationHistogram();
        for (int i = 1; i <= 1000; i++) histogram.Add(i * 0.01);
        Assert.InRange(histogram.PercentileMs(0.5), 5.0 * 0.95, 5.0 * 1.06);
        Assert.InRange(histogram.PercentileMs(0.99), 9.9 * 0.95, 9.9 * 1.06);
        Assert.Equal(10, histogram.MaxMs, 9);
    }

    [Fact]
    public void Node_hashes_see_one_changed_bit_and_nothing_else()
    {
        var a = new NodeHashes();
        var b = new NodeHashes();
        float[] values = [.. Enumerable.Range(0, 37).Select(i => i * 0.1f)];
        a.Add<float>(GraphNode.Audio, values);
        b.Add<float>(GraphNode.Audio, values);
        Assert.Equal(a[GraphNode.Audio], b[GraphNode.Audio]);
        values[36] = MathF.BitIncrement(values[36]);
        a.Add<float>(GraphNode.Audio, values);
        values[36] = MathF.BitDecrement(values[36]);
        b.Add<float>(GraphNode.Audio, values);
        Assert.NotEqual(a[GraphNode.Audio], b[GraphNode.Audio]);
        Assert.Equal(a[GraphNode.Fusion], b[GraphNode.Fusion]);
    }
}
