using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Metrics;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Cli.Commands;

/// <summary>
/// Scores a separation against the talkers' images (DESIGN.md §6): at the ear on the target's side, where target and a competitor overlap
/// when the competitors' images are given too, otherwise over everything.
/// </summary>
internal sealed class SeparationScore
{
    private const double FrameS = 0.02, ActiveDb = 40; // active: within 40 dB of the talker's loud frames
    private readonly PlanarAudio _truth;
    private readonly int _ear, _channel;
    private readonly bool[] _mask;

    private SeparationScore(PlanarAudio truth, int ear, bool[] mask, PlanarAudio input)
    {
        (_truth, _ear, _mask) = (truth, ear, mask);
        _channel = truth.Channels == 2 ? ear : 0;
        ScoredS = (double)mask.Count(m => m) / truth.RateHz;
        int best = 0;
        InputDb = double.NegativeInfinity;
        for (int m = 0; m < input.Channels; m++)
        {
            double db = SiSdr.Db(Reference, input.Channel(m), truth.RateHz, 0, mask);
            if (db > InputDb) (InputDb, best) = (db, m);
        }
        InputEstoi = Estoi.Score(Reference, input.Channel(best), truth.RateHz);
    }

    /// <summary>Of the best single microphone, dB.</summary>
    public double InputDb { get; }
    public double InputEstoi { get; }
    public double ScoredS { get; }

    private ReadOnlySpan<float> Reference => _truth.Channel(_channel);

    /// <summary>Null when no truth is given.</summary>
    public static SeparationScore? Read(string[] files, TalkerScene scene, int target, PlanarAudio input)
    {
        if (files.Length == 0) return null;
        if (files.Length != 1 && files.Length != scene.Count)
            throw new ConfigurationException($"--truth has {files.Length} files, expected {scene.Count} (one for each direction, in that order) or 1 (the target's).");
        var images = files.Select(f => ReadImage(f, input)).ToArray();
        var truth = images.Length == 1 ? images[0] : images[target];
        int ear = scene.Talkers[target].DirectionHead.Y >= 0 ? 0 : 1;
        var mask = Active(truth);
        if (images.Length > 1)
        {
            var others = new bool[mask.Length];
            foreach (var other in images.Where((_, k) => k != target))
            {
                bool[] active = Active(other);
                for (int i = 0; i < others.Length; i++) others[i] |= active[i];
            }
            for (int i = 0; i < mask.Length; i++) mask[i] &= others[i];
        }
        if (!mask.Contains(true)) throw new InputDataException($"{files[0]}: the target and a competitor are never active at once, so there is nothing to score.");
        return new SeparationScore(truth, ear, images.Length > 1 ? mask : Everything(mask), input);
    }

    /// <param name="output">[2 × frames].</param>
    public double OutputDb(float[] output, int delaySamples) => SiSdr.Db(Reference, Ear(output, _ear), _truth.RateHz, delaySamples, _mask);

    public double OutputEstoi(float[] output, int delaySamples)
    {
        int frames = _truth.Frames - delaySamples;
        return Estoi.Score(Reference[..frames], Ear(output, _ear)[delaySamples..], _truth.RateHz);
    }

    /// <summary>Errors of the target's interaural cues in the output; null when its image is known at one ear only. What remains of others counts as error.</summary>
    public InterauralCues? CueErrors(float[] output, int delaySamples)
    {
        if (_truth.Channels != 2) return null;
        int frames = _truth.Frames - delaySamples;
        var mask = _mask.AsSpan(0, frames);
        var wanted = InterauralCues.Measure(_truth.Channel(0)[..frames], _truth.Channel(1)[..frames], _truth.RateHz, mask);
        var heard = InterauralCues.Measure(Ear(output, 0)[delaySamples..], Ear(output, 1)[delaySamples..], _truth.RateHz, mask);
        return new InterauralCues(heard.IldDb - wanted.IldDb, heard.ItdUs - wanted.ItdUs);
    }

    private static ReadOnlySpan<float> Ear(float[] output, int ear) => output.AsSpan(ear * output.Length / 2, output.Length / 2);

    private static PlanarAudio ReadImage(string file, PlanarAudio input)
    {
        var image = AudioFile.Read(file);
        if (image.Channels > 2) throw new InputDataException($"{file}: {image.Channels} channels, expected 1 (the reference microphone on the talker's side) or 2 (left and right reference).");
        if (image.RateHz != input.RateHz || image.Frames != input.Frames)
            throw new InputDataException($"{file}: {image.Frames} frames at {image.RateHz} Hz, expected {input.Frames} at {input.RateHz} Hz, as the input has.");
        return image;
    }

    private static bool[] Active(PlanarAudio image)
    {
        int frame = (int)(FrameS * image.RateHz), count = (image.Frames + frame - 1) / frame;
        var power = new double[count];
        var sound = image.Channel(0);
        for (int i = 0; i < sound.Length; i++) power[i / frame] += (double)sound[i] * sound[i];
        double[] sorted = [.. power.Order()];
        double threshold = sorted[(int)(0.95 * (count - 1))] * Math.Pow(10, -ActiveDb / 10);
        var active = new bool[image.Frames];
        for (int i = 0; i < active.Length; i++) active[i] = power[i / frame] > threshold;
        return active;
    }

    private static bool[] Everything(bool[] mask)
    {
        Array.Fill(mask, true);
        return mask;
    }
}
