using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Metrics;

namespace AttentionEngine.Analysis.Scoring;

/// <summary>
/// SI-SDR and ESTOI of the truly attended talker before and after, per attended span, only over samples at which that talker
/// and at least one other speak, 100 Hz high-pass (DESIGN.md §6). Before: the best microphone against the talker's image there.
/// After: the steered ear on the talker's side against the image at that ear's reference microphone, delayed as declared.
/// </summary>
internal static class SpeechScorer
{
    private const double LeastOverlapS = 0.25; // shorter overlaps say nothing

    public static SpeechFigures Score(string sessionDir, TickLog log, SessionTruth truth, SpeechInput input)
    {
        if (input.Steered.RateHz != input.Mixture.RateHz)
            throw new InputDataException($"steered.wav has {input.Steered.RateHz} Hz where the microphones have {input.Mixture.RateHz} Hz.");
        TruthImages images = TruthImages.Read(sessionDir, truth, log.TalkerCount, input.Mixture);
        var scene = new Scene(truth, input, images, Math.Min(input.Mixture.Frames, input.Steered.Frames));
        var spans = new List<SpanSpeech>();
        foreach (TalkerSpan span in truth.Attended)
            if (span.Talker >= 0 && ScoreSpan(log, scene, span) is { } score) spans.Add(score);
        var right = truth.Attended.Where(span => span.Talker >= 0).Select(span => ScoreRight(log, scene, span)).Where(r => r.Seconds > 0).ToList();
        double Weighted(Func<SpanSpeech, double> value) => spans.Sum(s => s.OverlapS * value(s)) / spans.Sum(s => s.OverlapS);
        return new SpeechFigures
        {
            OverlapS = spans.Sum(s => s.OverlapS),
            SiSdrBestMicrophoneDb = Weighted(s => s.SiSdrBestMicrophoneDb),
            SiSdrImprovementRightDb = right.Sum(r => r.Seconds * r.ImprovementDb) / right.Sum(r => r.Seconds),
            SiSdrReferenceDb = Weighted(s => s.SiSdrReferenceDb),
            SiSdrOutDb = Weighted(s => s.SiSdrOutDb),
            EstoiIn = Weighted(s => s.EstoiIn),
            EstoiOut = Weighted(s => s.EstoiOut),
            Spans = spans,
            AlignmentSamples = images.AlignmentSamples,
        };
    }

    /// <summary>The session's signals with what was cut and filtered already.</summary>
    private sealed class Scene(SessionTruth truth, SpeechInput input, TruthImages images, int frames)
    {
        private readonly Dictionary<(int Talker, int Microphone), float[]> _images = [];
        private readonly float[][] _mixture = [.. Enumerable.Range(0, input.Mixture.Channels).Select(m => SiSdr.HighPass(input.Mixture.Channel(m)[..frames], input.Mixture.RateHz))];
        private readonly float[][] _steered = [.. Enumerable.Range(0, 2).Select(e => SiSdr.HighPass(input.Steered.Channel(e)[..frames], input.Mixture.RateHz))];

        public int RateHz => input.Mixture.RateHz;
        public int Microphones => input.Mixture.Channels;
        public int Frames => frames;
        public int DelaySamples { get; } = (int)Math.Round(input.AlgorithmicDelayS * input.Mixture.RateHz);
        public int Reference(int ear) => ear == 0 ? input.Array.LeftReference : input.Array.RightReference;
        public double TimeS(int frame) => truth.FirstSampleTimeS + (images.AlignmentSamples + frame) / truth.AudioRateHz;
        public float[] Mixture(int microphone) => _mixture[microphone];
        public float[] Steered(int ear) => _steered[ear];

        public float[] Image(int talker, int microphone)
        {
            if (!_images.TryGetValue((talker, microphone), out float[]? image))
                _images[(talker, microphone)] = image = SiSdr.HighPass(images.At(talker, microphone, frames), RateHz);
            return image;
        }

        /// <summary>Frames of the span at which its talker and at least one other speak.</summary>
        public List<int> Overlap(TalkerSpan span, int talkers)
        {
            var overlap = new List<int>();
            int first = Math.Max(0, (int)Math.Ceiling((span.StartS - TimeS(0)) * truth.AudioRateHz)), end = Math.Min(frames - DelaySamples, (int)Math.Ceiling((span.EndS - TimeS(0)) * truth.AudioRateHz));
            int step = Math.Max(1, RateHz / 1000); // activity changes are looked up every millisecond
            for (int block = first; block < end; block += step)
            {
                double timeS = TimeS(block);
                if (!truth.IsActive(span.Talker, timeS)) continue;
                bool other = false;
                for (int k = 0; k < talkers && !other; k++) other = k != span.Talker && truth.IsActive(k, timeS);
                if (!other) continue;
                for (int i = block; i < Math.Min(block + step, end); i++) overlap.Add(i);
            }
            return overlap;
        }
    }

    private static SpanSpeech? ScoreSpan(TickLog log, Scene scene, TalkerSpan span)
    {
        List<int> overlap = scene.Overlap(span, log.TalkerCount);
        double overlapS = (double)overlap.Count / scene.RateHz;
        if (overlapS < LeastOverlapS) return null;
        int ear = SideOf(log, span);
        var best = BestMicrophone(scene, span.Talker, overlap);
        int reference = scene.Reference(ear);
        float[] clean = Pick(scene.Image(span.Talker, reference), overlap, 0);
        float[] unprocessed = Pick(scene.Mixture(reference), overlap, 0), steered = Pick(scene.Steered(ear), overlap, scene.DelaySamples);
        return new SpanSpeech(log.Talkers[span.Talker], span.StartS, span.EndS, overlapS, ear, best.Db, SiSdr.Db(clean, unprocessed), SiSdr.Db(clean, steered),
            Estoi.Score(Pick(scene.Image(span.Talker, best.Microphone), overlap, 0), Pick(scene.Mixture(best.Microphone), overlap, 0), scene.RateHz),
            Estoi.Score(clean, steered, scene.RateHz));
    }

    /// <summary>Improvement over the frames of a span at which the engine's newest decision was its talker.</summary>
    private static (double Seconds, double ImprovementDb) ScoreRight(TickLog log, Scene scene, TalkerSpan span)
    {
        var frames = new List<int>();
        int tick = 0;
        foreach (int frame in scene.Overlap(span, log.TalkerCount))
        {
            double timeS = scene.TimeS(frame);
            while (tick + 1 < log.TickCount && log.TimeS[tick + 1] <= timeS) tick++;
            if (log.TimeS[tick] <= timeS && log.Attended[tick] == span.Talker) frames.Add(frame);
        }
        double seconds = (double)frames.Count / scene.RateHz;
        if (seconds < LeastOverlapS) return default;
        int ear = SideOf(log, span);
        float[] clean = Pick(scene.Image(span.Talker, scene.Reference(ear)), frames, 0), steered = Pick(scene.Steered(ear), frames, scene.DelaySamples);
        return (seconds, SiSdr.Db(clean, steered) - BestMicrophone(scene, span.Talker, frames).Db);
    }

    private static (double Db, int Microphone) BestMicrophone(Scene scene, int talker, List<int> frames)
    {
        (double Db, int Microphone) best = (double.NegativeInfinity, 0);
        for (int m = 0; m < scene.Microphones; m++)
        {
            double db = SiSdr.Db(Pick(scene.Image(talker, m), frames, 0), Pick(scene.Mixture(m), frames, 0));
            if (db > best.Db) best = (db, m);
        }
        return best;
    }

    /// <summary>0 when the talker is on the left on average over the span, else 1.</summary>
    private static int SideOf(TickLog log, TalkerSpan span)
    {
        double sum = 0;
        for (int t = 0; t < log.TickCount; t++)
        {
            double azimuthRad = log.DirectionHeadRad[2 * (t * log.TalkerCount + span.Talker)];
            if (span.Holds(log.TimeS[t]) && double.IsFinite(azimuthRad)) sum += Math.Sin(azimuthRad);
        }
        return sum >= 0 ? 0 : 1;
    }

    private static float[] Pick(float[] signal, List<int> frames, int shift)
    {
        var picked = new float[frames.Count];
        for (int i = 0; i < picked.Length; i++) picked[i] = signal[frames[i] + shift];
        return picked;
    }
}
