using System.Text.Json;
using AttentionEngine.Analysis.Scoring;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Tests.Analysis;

/// <summary>
/// A session folder made by hand, with known answers: four talkers in two conversations, a listener who follows one for 8 s and
/// then another, an engine that follows <see cref="LagS"/> later, and sound in which the steered ears are cleaner by a known factor.
/// </summary>
internal sealed class SyntheticSession
{
    public const double TickS = 0.04, StartS = 1000, LagS = 1.0, DelayS = 0.004;
    public const int RateHz = 16000;
    public const float LeakageOut = 0.25f; // others in the steered ears: −12 dB
    private static readonly double[] AzimuthRad = [0.9, 0.3, -0.3, -0.9];

    private readonly SeededRandom _random;
    private readonly int _ticks, _frames;

    public SyntheticSession(string directory, double seconds, string[]? ids = null, ulong seed = 1)
    {
        Directory = directory;
        Ids = ids ?? ["anna", "ben", "cleo", "dan"];
        _random = new SeededRandom(seed);
        _ticks = (int)Math.Round(seconds / TickS);
        _frames = (int)(seconds * RateHz);
        for (double t = 0; t < seconds; t += 8) Attended.Add(new TalkerSpan((int)(t / 8 * 3) % 4, StartS + t, StartS + Math.Min(t + 8, seconds)));
        for (int conversation = 0; conversation < 2; conversation++)
        {
            int turn = 0;
            for (double t = 0.2 + conversation; t < seconds; t += 2.5, turn++) Activity.Add(new TalkerSpan(2 * conversation + turn % 2, StartS + t, StartS + Math.Min(t + 2.2, seconds)));
        }
        System.IO.Directory.CreateDirectory(Path.Combine(directory, "ticks"));
        System.IO.Directory.CreateDirectory(Path.Combine(directory, "truth"));
        WriteTruth(seed);
        WriteTicks();
        WriteSound();
    }

    public string Directory { get; }
    public string[] Ids { get; }
    public List<TalkerSpan> Attended { get; } = [];
    public List<TalkerSpan> Activity { get; } = [];

    public static MicrophoneArray Array { get; } = new(HeadModelKind.FreeField, 0, RateHz,
        [new Microphone("left", new Vector3D(0, 0.08, 0)), new Microphone("right", new Vector3D(0, -0.08, 0))], 0, 1);

    private int TrueAt(double timeS) => Attended.FirstOrDefault(s => s.Holds(timeS), new TalkerSpan(-1, 0, 0)).Talker;

    private void WriteTruth(ulong seed)
    {
        object Span(TalkerSpan s) => new { talker = s.Talker < 0 ? null : Ids[s.Talker], start_s = s.StartS, end_s = s.EndS };
        File.WriteAllText(Path.Combine(Directory, "truth", "truth.json"), JsonSerializer.Serialize(new
        {
            schema = SessionTruth.Schema,
            seed,
            scene = "synthetic",
            talkers = Ids.Select((id, k) => new { id, conversation = k / 2, position_m = new[] { Math.Cos(AzimuthRad[k]), Math.Sin(AzimuthRad[k]), 0 } }),
            audio = new { first_sample_time_s = StartS, rate_hz = RateHz, samples = _frames, images_scale = 0.5 },
            attended = Attended.Select(Span),
            activity = Activity.Select(Span),
            listener = new { },
        }));
    }

    private void WriteTicks()
    {
        int k = Ids.Length;
        string At(string name) => Path.Combine(Directory, "ticks", name + ".npy");
        using var time = new NpyWriter<double>(At("time_s"));
        using var posterior = new NpyWriter<float>(At("posterior"), k + 1);
        using var evidence = new NpyWriter<float>(At("evidence_nats"), Modalities.Count, k);
        using var prior = new NpyWriter<float>(At("log_prior"), k + 1);
        using var attended = new NpyWriter<int>(At("attended"));
        using var features = new NpyWriter<float>(At("features"), k, 2);
        using var available = new NpyWriter<float>(At("available"), Modalities.Count);
        using var direction = new NpyWriter<float>(At("direction_head_rad"), k, 2);
        using var yaw = new NpyWriter<float>(At("head_yaw_rad"));
        using var gaze = new NpyWriter<float>(At("gaze_room_rad"), 2);
        using var level = new NpyWriter<float>(At("beam_level_db"), k);
        var logits = new double[k];
        double headYaw = 0;
        for (int t = 0; t < _ticks; t++)
        {
            double timeS = StartS + (t + 1) * TickS;
            int truth = TrueAt(timeS), heard = TrueAt(Math.Max(StartS, timeS - LagS));
            headYaw += 0.06 * (0.6 * AzimuthRad[Math.Max(0, truth)] - headYaw);
            double look = AzimuthRad[_random.Uniform() < 0.02 ? _random.Index(k) : Math.Max(0, truth)] + 0.03 * _random.Normal();
            bool blink = t % 90 is > 84;
            float[] nats = new float[Modalities.Count * k], directions = new float[2 * k], levels = new float[k], values = new float[2 * k];
            for (int i = 0; i < k; i++)
            {
                for (int m = 0; m < Modalities.Count; m++)
                    nats[m * k + i] = (float)(((i == heard ? 1 : -0.3) * (m == 0 && !blink ? 0.2 : 0.03) + 0.05 * _random.Normal()) * (m == 0 && blink ? 0 : 1));
                logits[i] = 0.97 * logits[i] + Enumerable.Range(0, Modalities.Count).Sum(m => nats[m * k + i]);
                directions[2 * i] = (float)Angles.WrapRad(AzimuthRad[i] - headYaw);
                bool active = Activity.Any(s => s.Talker == i && s.Holds(timeS));
                levels[i] = active ? -25 - 2 * i + (float)_random.Normal() : -45;
                values[2 * i] = active ? 1 : 0;
            }
            double[] weights = [.. logits.Select(l => Math.Exp(Math.Clamp(l, -20, 20))), 1];
            float[] p = [.. weights.Select(w => (float)(w / weights.Sum()))];
            time.Append(timeS);
            posterior.Append(p);
            evidence.Append(nats);
            prior.Append([.. p.Select(x => MathF.Log(MathF.Max(x, 1e-6f)))]);
            attended.Append(heard);
            features.Append(values);
            available.Append([blink ? 0f : 1f, 1f, 1f, 1f, 1f]);
            direction.Append(directions);
            yaw.Append((float)headYaw);
            gaze.Append(blink ? [float.NaN, float.NaN] : [(float)look, 0f]);
            level.Append(levels);
        }
        File.WriteAllText(Path.Combine(Directory, "ticks", "layout.json"), JsonSerializer.Serialize(
            new { schema = TickLog.Schema, talkers = Ids, modalities = Modalities.Names, features = new[] { "activity", "spare" }, tick_ms = TickS * 1000 }));
    }

    /// <summary>Voices: harmonics of a wandering pitch under a syllable envelope, so that spectrograms look like something.</summary>
    private float[] Voice(int talker)
    {
        var voice = new float[_frames];
        double phase = 0, pitchHz = 95 + 35 * talker;
        bool speaks = false;
        for (int i = 0; i < _frames; i++)
        {
            double t = (double)i / RateHz;
            if (i % 160 == 0) speaks = Activity.Any(s => s.Talker == talker && s.Holds(StartS + t));
            if (!speaks) continue;
            phase += 2 * Math.PI * pitchHz * (1 + 0.1 * Math.Sin(2.2 * t + talker)) / RateHz;
            double syllable = Math.Pow(Math.Sin(Math.PI * (4.1 + 0.3 * talker) * t), 2), sum = 0, formant = 600 + 500 * Math.Sin(5 * t + talker);
            for (int h = 1; h < 22; h++) sum += Math.Sin(h * phase) / (1 + Math.Pow((h * pitchHz - formant) / 400, 2));
            voice[i] = (float)(0.03 * syllable * (sum + 0.3 * _random.Normal()));
        }
        return voice;
    }

    private void WriteSound()
    {
        int k = Ids.Length, delay = (int)Math.Round(DelayS * RateHz);
        float[] images = new float[k * 2 * _frames], unprocessed = new float[2 * _frames], steered = new float[2 * _frames];
        for (int talker = 0; talker < k; talker++)
        {
            float[] voice = Voice(talker);
            for (int ear = 0; ear < 2; ear++)
            {
                int shift = (int)Math.Round(8 + (ear == 0 ? -1 : 1) * 5 * Math.Sin(AzimuthRad[talker]));
                float gain = (float)(1 + (ear == 0 ? 0.4 : -0.4) * Math.Sin(AzimuthRad[talker]));
                bool attended = false;
                for (int i = shift; i < _frames; i++)
                {
                    if ((i - shift) % 160 == 0) attended = TrueAt(StartS + (double)i / RateHz) == talker;
                    float x = gain * voice[i - shift];
                    images[(2 * talker + ear) * _frames + i] = x;
                    unprocessed[ear * _frames + i] += x;
                    if (i + delay < _frames) steered[ear * _frames + i + delay] += attended ? x : LeakageOut * x;
                }
            }
        }
        using (var file = new WavWriter(Path.Combine(Directory, "unprocessed.wav"), 2, RateHz)) file.AppendPlanar(unprocessed);
        using (var file = new WavWriter(Path.Combine(Directory, "steered.wav"), 2, RateHz)) file.AppendPlanar(steered);
        for (int i = 0; i < images.Length; i++) images[i] *= 2; // stored over images_scale = 0.5
        using (var file = new WavWriter(Path.Combine(Directory, "truth", "images.wav"), 2 * k, RateHz, WavEncoding.Pcm16)) file.AppendPlanar(images);
    }
}
