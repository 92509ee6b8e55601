using AttentionEngine.Attention.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Tests.Attention;

public class EegDecoderTests
{
    private const double ResponseS = 8 / 64.0; // the brain follows the envelope after 125 ms
    private static readonly string[] Labels = ["Fz", "Cz"];

    /// <summary>Weights that undo the response of channel Cz.</summary>
    private static TemporalResponseFunction Trf() => new() { Name = "t", Version = "1", Channels = ["Cz"], Lags = 17, Weights = [.. Enumerable.Range(0, 17).Select(l => l == 8 ? 1f : 0f)] };

    /// <summary>An envelope as a sum of tones from 2 to 8 Hz: known at any time, so at any rate.</summary>
    private sealed class Tones(ulong seed)
    {
        private readonly double[] _hz = [.. Enumerable.Range(0, 12).Select(i => new SeededRandom(seed).Fork($"f{i}").Uniform(2, 8))];
        public double At(double timeS) => 3 + _hz.Sum(f => Math.Sin(2 * Math.PI * f * timeS + f));
    }

    private static EegDecoder Decode(double rateHz, double seconds, double startS, Func<int, double, float, float>? damage = null, int chunk = 16, Action<EegDecoder, double>? each = null)
    {
        Tones attended = new(1), other = new(2);
        var decoder = new EegDecoder(Trf(), 2, Labels, rateHz);
        long eegIndex = 0, grid = (long)Math.Ceiling(startS * 64);
        var eeg = new float[2 * chunk];
        var envelope = new float[2 * 64];
        var times = new double[Math.Max(64, chunk)];
        while (eegIndex / rateHz < seconds)
        {
            for (int i = 0; i < chunk; i++, eegIndex++)
            {
                double t = startS + eegIndex / rateHz;
                times[i] = t;
                float v = (float)(5000 + 10 * attended.At(t - ResponseS)); // an electrode offset of 5 mV
                (eeg[2 * i], eeg[2 * i + 1]) = (0, damage?.Invoke((int)eegIndex, t, v) ?? v);
            }
            decoder.AddEeg(new EegChunk(new SampleChunk(eeg, times.AsSpan(0, chunk), 2, eegIndex - chunk, 0)));
            int n = 0;
            for (; grid / 64.0 <= startS + eegIndex / rateHz - 0.03 && n < 64; grid++, n++)
            {
                times[n] = grid / 64.0;
                (envelope[2 * n], envelope[2 * n + 1]) = ((float)attended.At(times[n]), (float)other.At(times[n]));
            }
            decoder.AddEnvelope(new SpeechEnvelope(new SampleChunk(envelope.AsSpan(0, 2 * n), times.AsSpan(0, n), 2, grid - n, 0)));
            each?.Invoke(decoder, startS + eegIndex / rateHz);
        }
        return decoder;
    }

    [Theory]
    [InlineData(64, 0)]
    [InlineData(128, 12345.678)]
    [InlineData(250, 0.3)]
    [InlineData(500, 100.001)]
    [InlineData(2048, 5)]
    public void Follows_the_attended_envelope_at_any_rate(double rateHz, double startS)
    {
        var decoder = Decode(rateHz, 20, startS);
        Assert.InRange(decoder.Correlation(2, 0), 0.97, 1);
        Assert.InRange(decoder.Correlation(1, 0), 0.95, 1);
        Assert.InRange(decoder.Correlation(2, 1), -0.5, 0.5);
        Assert.InRange(decoder.Quality, 0.999, 1);
        // Sound is compared a quarter of a second after it was heard, when its EEG is there, and the filters' delay later.
        Assert.InRange(startS + 20 - decoder.ComparedTo / 64.0, 0.23, 0.34);
    }

    [Fact]
    public void Chunk_sizes_change_no_bit()
    {
        var a = Decode(128, 10, 0, chunk: 1);
        var b = Decode(128, 10, 0, chunk: 64);
        for (int k = 0; k < 2; k++) Assert.Equal(a.Correlation(1, k), b.Correlation(1, k));
        Assert.Equal(a.Quality, b.Quality);
    }

    [Fact]
    public void Values_that_are_not_numbers_lower_the_quality_and_never_spread()
    {
        double worst = 1;
        var decoder = Decode(128, 20, 0, (i, t, v) => t is > 8 and < 10 ? float.NaN : v, each: (d, t) =>
        {
            if (t > 5) worst = Math.Min(worst, d.Quality);
            for (int k = 0; k < 2; k++) Assert.True(double.IsFinite(d.Correlation(0, k)));
        });
        Assert.InRange(worst, 0.2, 0.5);
        Assert.InRange(decoder.Quality, 0.95, 1);
        Assert.InRange(decoder.Correlation(1, 0), 0.95, 1);
    }

    [Fact]
    public void A_gap_in_the_time_stamps_is_not_filled_with_invented_evidence()
    {
        Tones attended = new(1);
        var decoder = new EegDecoder(Trf(), 1, ["Cz"], 128);
        double worst = 1;
        long grid = 0;
        for (int i = 0; i < 128 * 20; i++)
        {
            double t = i / 128.0;
            if (t is > 8 and < 12) continue; // the amplifier was away for 4 s
            decoder.AddEeg(new EegChunk(new SampleChunk([(float)(10 * attended.At(t - ResponseS))], [t], 1, i, 0)));
            for (; grid / 64.0 < t - 0.03; grid++) decoder.AddEnvelope(new SpeechEnvelope(new SampleChunk([(float)attended.At(grid / 64.0)], [grid / 64.0], 1, grid, 0)));
            worst = Math.Min(worst, decoder.Quality);
        }
        Assert.InRange(worst, 0, 0.4);
        Assert.InRange(decoder.Quality, 0.9, 1);
        Assert.InRange(decoder.Correlation(0, 0), 0.9, 1);
    }

    [Fact]
    public void Decoder_files_come_back_and_refuse_damage()
    {
        using var folder = new TempFolder();
        Trf().Write(folder.Path, "For a test.");
        var read = TemporalResponseFunction.Read(folder.File("decoder.yaml"));
        Assert.Equal(Trf().Weights, read.Weights);
        Assert.Equal(["Cz"], read.Channels);
        Assert.Equal(0.25, read.LongestLagS);
        byte[] bytes = File.ReadAllBytes(folder.File("decoder.npy"));
        bytes[^1] ^= 1;
        File.WriteAllBytes(folder.File("decoder.npy"), bytes);
        Assert.Contains("SHA-256", Assert.Throws<InputDataException>(() => TemporalResponseFunction.Read(folder.File("decoder.yaml"))).Message, StringComparison.Ordinal);
        File.Delete(folder.File("decoder.npy"));
        Assert.Throws<InputDataException>(() => TemporalResponseFunction.Read(folder.File("decoder.yaml")));
        string yaml = File.ReadAllText(folder.File("decoder.yaml"));
        File.WriteAllText(folder.File("decoder.yaml"), yaml.Replace("[1, 9]", "[1, 8]", StringComparison.Ordinal));
        Assert.Contains("band_hz", Assert.Throws<ConfigurationException>(() => TemporalResponseFunction.Read(folder.File("decoder.yaml"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_shipped_decoder_can_be_read()
    {
        var decoder = TemporalResponseFunction.Read(Repository.PathOf("models/eeg-decoder-sim/decoder.yaml"));
        Assert.Equal(AttentionEngine.Simulation.Eeg.EegMontage.Labels, decoder.Channels);
        Assert.Equal(17, decoder.Lags);
    }
}
