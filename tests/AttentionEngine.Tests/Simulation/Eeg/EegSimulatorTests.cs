using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Simulation.Conversation;
using AttentionEngine.Simulation.Eeg;
using AttentionEngine.Simulation.Listener;
using AttentionEngine.Tests.Simulation.Listener;

namespace AttentionEngine.Tests.Simulation.Eeg;

public class EegSimulatorTests
{
    private const double RateHz = 16000;

    [Fact]
    public void Accuracy_of_a_decoder_for_unseen_listeners_follows_the_square_root_law()
    {
        var bank = Enumerable.Range(0, 12).Select(i => EegSimulator.DryEnvelope(SyntheticSpeech.Make(40, RateHz, new SeededRandom(500UL + (ulong)i)), RateHz)).ToArray();
        var (accuracy, listeners) = EegStrength.Measure(FromBank(bank[..6], bank[6..]), 20, 20, 60, 200, new ListenerSettings());
        TestContext.Current.SendDiagnosticMessage($"EEG strength, synthetic speech: {EegStrength.Table(accuracy)}");
        Assert.InRange(accuracy[Array.IndexOf(EegStrength.WindowsS, 10)], 0.62, 0.81);
        Assert.InRange(accuracy[Array.IndexOf(EegStrength.WindowsS, 30)], 0.72, 0.92);
        Assert.InRange(accuracy[0], 0.51, 0.65); // above this the EEG would be too good to be true
        Assert.True(listeners.Max() - listeners.Min() > 0.2, "Listeners should differ.");
    }

    [Fact]
    public void A_listener_without_attention_in_the_EEG_is_at_chance()
    {
        var bank = Enumerable.Range(0, 8).Select(i => EegSimulator.DryEnvelope(SyntheticSpeech.Make(40, RateHz, new SeededRandom(600UL + (ulong)i)), RateHz)).ToArray();
        var (accuracy, _) = EegStrength.Measure(FromBank(bank[..4], bank[4..]), 12, 12, 60, 240, new ListenerSettings { EegStrengthScale = 0 });
        Assert.InRange(accuracy[Array.IndexOf(EegStrength.WindowsS, 10)], 0.42, 0.58);
    }

    [Fact]
    [Trait("tier", "long")]
    public void Accuracy_with_real_speech_follows_the_square_root_law()
    {
        string folder = SharedData("data/speech/librispeech/train-clean");
        var files = Directory.GetFiles(folder, "*.flac").Order(StringComparer.Ordinal).Take(160).ToArray();
        var bank = files.Select(f => { var a = AudioFile.Read(f); return EegSimulator.DryEnvelope(a.Channel(0), a.RateHz); }).ToArray();
        var (accuracy, listeners) = EegStrength.Measure(FromBank(bank[..80], bank[80..]), 60, 60, 120, 600, new ListenerSettings());
        TestContext.Current.SendDiagnosticMessage($"EEG strength, LibriSpeech: {EegStrength.Table(accuracy)}; listeners at 10 s from {listeners.Min():P0} to {listeners.Max():P0}");
        Assert.InRange(accuracy[Array.IndexOf(EegStrength.WindowsS, 10)], 0.66, 0.78);
        Assert.InRange(accuracy[Array.IndexOf(EegStrength.WindowsS, 30)], 0.77, 0.90);
    }

    [Fact]
    public void Same_seed_gives_the_same_bytes_and_plausible_microvolts()
    {
        var a = Example(4, out var motion);
        Assert.Equal(a.Frames, Example(4, out _).Frames);
        Assert.NotEqual(a.Frames, Example(5, out _).Frames);
        Assert.Equal(60 * 128, a.Samples);
        int channels = EegMontage.Count;
        int fp1 = EegMontage.Labels.ToList().IndexOf("Fp1"), oz = EegMontage.Labels.ToList().IndexOf("Oz");
        double[] rms = [.. Enumerable.Range(0, channels).Select(c => Math.Sqrt(Enumerable.Range(0, a.Samples).Average(i => a.Frames[i * channels + c] * (double)a.Frames[i * channels + c])))];
        Assert.All(rms, r => Assert.InRange(r, 3, 60));
        // Blinks show at the forehead and hardly at the back of the head.
        double atBlink = motion.Blinks.Where(b => b.EndS < 59).Average(b => a.Frames[(int)((b.StartS + 0.08) * 128) * channels + fp1]);
        double back = motion.Blinks.Where(b => b.EndS < 59).Average(b => Math.Abs(a.Frames[(int)((b.StartS + 0.08) * 128) * channels + oz]));
        Assert.InRange(atBlink, 70, 150);
        Assert.InRange(back, 0, 40);
    }

    [Fact]
    public void Electrodes_are_32_different_places_on_the_unit_sphere_with_left_at_odd_labels()
    {
        Assert.Equal(32, EegMontage.Labels.Distinct().Count());
        for (int c = 0; c < 32; c++)
        {
            var p = EegMontage.Positions[c];
            Assert.Equal(1, p.Norm, 1e-9);
            char last = EegMontage.Labels[c][^1];
            if (char.IsDigit(last)) Assert.True((last - '0') % 2 == 1 ? p.Y > 0.1 : p.Y < -0.1, EegMontage.Labels[c]);
            else Assert.Equal(0, p.Y, 1e-9);
            if (EegMontage.Labels[c].StartsWith('O')) Assert.True(p.X < -0.9);
            if (EegMontage.Labels[c].StartsWith("Fp", StringComparison.Ordinal)) Assert.True(p.X > 0.9);
        }
    }

    [Fact]
    public void Dry_envelope_lies_on_the_grid_without_delay()
    {
        var audio = new float[32000];
        var random = new SeededRandom(1);
        for (int i = 16000; i < 24000; i++) audio[i] = (float)(0.1 * random.Normal());
        float[] envelope = EegSimulator.DryEnvelope(audio, RateHz);
        Assert.Equal(128, envelope.Length);
        float half = envelope.Max() / 2;
        int rise = Array.FindIndex(envelope, v => v > half), fall = Array.FindLastIndex(envelope, v => v > half);
        Assert.InRange(rise, 62, 66);
        Assert.InRange(fall, 94, 98);
    }

    private static EegRecording Example(ulong seed, out ListenerMotion motion)
    {
        var (plan, profile, m) = ListenerMotionTests.Render(seed, 60);
        motion = m;
        var envelopes = Enumerable.Range(0, plan.TalkerCount).Select(k => EegSimulator.DryEnvelope(SyntheticSpeech.Make(60, RateHz, new SeededRandom(seed).Fork($"{k}")), RateHz)).ToArray();
        return EegSimulator.Render(plan, envelopes, m.Blinks, profile, new SeededRandom(seed));
    }

    /// <summary>Pieces of envelopes joined to the wanted length, training and test talkers apart.</summary>
    private static Func<bool, double, SeededRandom, float[]> FromBank(float[][] train, float[][] test) => (training, seconds, random) =>
    {
        var bank = training ? train : test;
        var envelope = new float[(int)(seconds * 64)];
        for (int filled = 0; filled < envelope.Length;)
        {
            var piece = bank[random.Index(bank.Length)];
            int start = random.Index(piece.Length / 2);
            int count = Math.Min(Math.Min(piece.Length - start, 15 * 64), envelope.Length - filled);
            piece.AsSpan(start, count).CopyTo(envelope.AsSpan(filled));
            filled += count;
        }
        return envelope;
    };

    internal static string SharedData(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "AttentionEngine.sln")))
            {
                string full = Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", path));
                if (Directory.Exists(full)) return full;
            }
        Assert.Skip($"../shared/{path} is not beside the repository: this check with real speech did not run.");
        return "";
    }
}
