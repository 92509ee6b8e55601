using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Simulation.Speech;

/// <summary>All that a voice has to say, as one loop: files high-passed at 100 Hz and joined, long pauses shortened, active level 1.</summary>
public sealed class SpeechMaterial
{
    private const double LongestPauseS = 0.4, JointS = 0.005;

    /// <summary>Below it there is no speech, only rumble, which rooms by the image method would amplify.</summary>
    private const double HighPassHz = 100;

    /// <summary>A frame counts as silent below this level relative to the active level.</summary>
    public const double SilenceDb = -30;
    public const double FrameS = 0.01;

    private readonly float[] _samples;
    private readonly bool[] _speech; // per frame of FrameS
    private readonly int _frame;

    private SpeechMaterial(float[] samples, bool[] speech, int frame) => (_samples, _speech, _frame) = (samples, speech, frame);

    /// <summary>[n] samples with active root mean square 1.</summary>
    public ReadOnlySpan<float> Samples => _samples;

    /// <param name="files">Read in this order; the first channel of each.</param>
    /// <param name="rateHz">Rate of the result.</param>
    /// <exception cref="InputDataException">A file cannot be read, or there is no speech.</exception>
    public static SpeechMaterial Load(IReadOnlyList<string> files, double rateHz)
    {
        var parts = new List<float[]>();
        foreach (string file in files)
        {
            var sound = AudioFile.Read(file);
            float[] part = Resampler.Resample(sound.Channel(0), sound.RateHz, rateHz);
            new BiquadCascade(ButterworthDesign.HighPass(4, HighPassHz, rateHz)).Process(part);
            double rms = ActiveSpeechLevel.Rms(part, rateHz);
            if (!(rms > 1e-5)) throw new InputDataException($"{file} is silent; the simulator needs speech in it. Give another file.");
            for (int i = 0; i < part.Length; i++) part[i] = (float)(part[i] / rms);
            parts.Add(part);
        }
        float[] joined = ShortenPauses([.. parts.SelectMany(p => p)], rateHz);
        if (joined.Length < rateHz) throw new InputDataException($"{files[0]}{(files.Count > 1 ? $" and {files.Count - 1} more" : "")} holds {joined.Length / rateHz:F2} s of speech, expected at least 1 s. Give more files.");
        return new SpeechMaterial(joined, SpeechFrames(joined, rateHz), (int)(FrameS * rateHz));
    }

    /// <summary>The next place at or after <paramref name="position"/> where there is speech; the material is a loop.</summary>
    public int NextSpeech(long position)
    {
        int frames = _speech.Length, first = (int)(position % _samples.Length) / _frame;
        for (int i = 0; i < frames; i++)
        {
            int frame = (first + i) % frames;
            if (_speech[frame]) return i == 0 ? (int)(position % _samples.Length) : frame * _frame;
        }
        return 0;
    }

    /// <summary>Copies a stretch of the loop.</summary>
    public void Copy(long position, Span<float> destination)
    {
        int at = (int)(position % _samples.Length);
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = _samples[at];
            if (++at == _samples.Length) at = 0;
        }
    }

    /// <summary>Per whole frame of <see cref="FrameS"/>: whether it is speech, relative to an active level of 1.</summary>
    public static bool[] SpeechFrames(ReadOnlySpan<float> samples, double rateHz)
    {
        int frame = (int)(FrameS * rateHz);
        double threshold = Math.Pow(10, SilenceDb / 10);
        var speech = new bool[samples.Length / frame];
        for (int f = 0; f < speech.Length; f++)
        {
            double sum = 0;
            foreach (float x in samples.Slice(f * frame, frame)) sum += (double)x * x;
            speech[f] = sum / frame > threshold;
        }
        return speech;
    }

    private static float[] ShortenPauses(float[] samples, double rateHz)
    {
        bool[] speech = SpeechFrames(samples, rateHz);
        int frame = (int)(FrameS * rateHz), keep = (int)(LongestPauseS / 2 * rateHz), joint = (int)(JointS * rateHz);
        var result = new List<float>(samples.Length);
        int from = 0;
        for (int f = 0; f < speech.Length;)
        {
            if (speech[f]) { f++; continue; }
            int end = f;
            while (end < speech.Length && !speech[end]) end++;
            int start = f * frame, stop = end * frame;
            if (stop - start > 2 * keep + joint)
            {
                int cut = start + keep, resume = stop - keep; // cut … resume is left out, with a short cross-fade over the joint
                result.AddRange(samples.AsSpan(from, cut - from));
                for (int i = 0; i < joint; i++)
                {
                    float w = (i + 0.5f) / joint;
                    result.Add((1 - w) * samples[cut + i] + w * samples[resume - joint + i]);
                }
                from = resume;
            }
            f = end;
        }
        result.AddRange(samples.AsSpan(from));
        return [.. result];
    }
}
