using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Benchmarks;

internal static class DspBenchmarks
{
    private const int RateHz = 16000, BlockFrames = 32;

    public static IEnumerable<Benchmark> All =>
    [
        new("envelope-extractor", $"one talker's envelope, {BlockFrames} samples at {RateHz} Hz (2 ms)", 0, CreateEnvelope),
        new("real-fft-512", "forward real FFT of 512 points, float", 0, CreateFft),
    ];

    private static (Action, IDisposable?) CreateEnvelope()
    {
        var extractor = new EnvelopeExtractor(RateHz);
        var clock = new SampleClock(0, StreamTime.FromSeconds(1000), RateHz, 0);
        var audio = Noise(BlockFrames);
        var envelope = new float[4];
        return (() => extractor.Process(audio, clock, envelope, out _), null);
    }

    private static (Action, IDisposable?) CreateFft()
    {
        var fft = new RealFft<float>(512);
        var time = Noise(512);
        float[] re = new float[fft.Bins], im = new float[fft.Bins];
        return (() => fft.Forward(time, re, im), null);
    }

    private static float[] Noise(int count)
    {
        var random = new SeededRandom(1);
        var values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (float)(0.1 * random.Normal());
        return values;
    }
}
