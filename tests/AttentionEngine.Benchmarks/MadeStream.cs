using AttentionEngine.Core.Streams;

namespace AttentionEngine.Benchmarks;

/// <summary>A numeric stream whose values repeat and whose times go on. Allocates nothing after construction.</summary>
internal sealed class MadeStream(int channels, double rateHz)
{
    private readonly int _mostFrames = (int)Math.Ceiling(rateHz * 0.1);
    private readonly float[] _values = new float[(int)Math.Ceiling(rateHz * 0.1) * channels];
    private readonly double[] _timesS = new double[(int)Math.Ceiling(rateHz * 0.1)];
    private long _next;

    public delegate void Frame(Span<float> values, int index);

    public void Fill(Frame frame)
    {
        for (int i = 0; i < _mostFrames; i++) frame(_values.AsSpan(i * channels, channels), i);
    }

    /// <summary>The frames up to a time, at most a tenth of a second of them; valid until the next call.</summary>
    public SampleChunk Take(double untilS)
    {
        int n = 0;
        for (; n < _mostFrames && _next / rateHz <= untilS; _next++) _timesS[n++] = _next / rateHz;
        return new SampleChunk(_values.AsSpan(0, n * channels), _timesS.AsSpan(0, n), channels, _next - n, untilS);
    }
}
