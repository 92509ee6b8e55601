using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Analysis.Scoring;

/// <summary>Each talker's sound at each microphone, reverberation included, aligned with the session's audio.</summary>
internal sealed class TruthImages
{
    /// <summary>Correlation between mixture and sum of images below which they are not of one recording.</summary>
    private const double LeastCorrelation = 0.3;

    private readonly PlanarAudio _images;
    private readonly int _microphones;

    private TruthImages(PlanarAudio images, int microphones, int alignmentSamples) => (_images, _microphones, AlignmentSamples) = (images, microphones, alignmentSamples);

    /// <summary>Sample of the truth at which the session's sound starts.</summary>
    public int AlignmentSamples { get; }

    /// <param name="mixture">[M × frames] the session's microphones.</param>
    public static TruthImages Read(string sessionDir, SessionTruth truth, int talkers, PlanarAudio mixture)
    {
        string path = Path.Combine(sessionDir, "truth", "images.wav");
        PlanarAudio images = AudioFile.Read(path).RequireChannels(talkers * mixture.Channels, path);
        if (images.RateHz != mixture.RateHz) throw new InputDataException($"{path} has {images.RateHz} Hz where the session's sound has {mixture.RateHz} Hz.");
        float scale = (float)truth.ImagesScale;
        if (scale != 1)
            for (int i = 0; i < images.Samples.Length; i++) images.Samples[i] *= scale;
        return new TruthImages(images, mixture.Channels, Align(images, mixture, talkers, path));
    }

    /// <summary>One talker at one microphone over the session's frames: zero where the truth has none.</summary>
    public float[] At(int talker, int microphone, int frames)
    {
        var image = new float[frames];
        ReadOnlySpan<float> all = _images.Channel(talker * _microphones + microphone);
        int from = Math.Max(0, AlignmentSamples), to = Math.Min(all.Length, AlignmentSamples + frames);
        if (to > from) all[from..to].CopyTo(image.AsSpan(from - AlignmentSamples));
        return image;
    }

    /// <summary>Lag with the highest correlation between the first microphone and the sum of its images: recording may have begun after the simulation.</summary>
    private static int Align(PlanarAudio images, PlanarAudio mixture, int talkers, string path)
    {
        int microphones = mixture.Channels, size = 4;
        while (size < images.Frames + mixture.Frames) size *= 2;
        var fft = new RealFft<double>(size);
        double[] time = new double[size], sumRe = new double[fft.Bins], sumIm = new double[fft.Bins], mixRe = new double[fft.Bins], mixIm = new double[fft.Bins];
        for (int k = 0; k < talkers; k++)
        {
            ReadOnlySpan<float> image = images.Channel(k * microphones);
            for (int i = 0; i < image.Length; i++) time[i] += image[i];
        }
        double sumEnergy = Energy(time);
        fft.Forward(time, sumRe, sumIm);
        Array.Clear(time);
        ReadOnlySpan<float> mix = mixture.Channel(0);
        for (int i = 0; i < mix.Length; i++) time[i] = mix[i];
        double mixEnergy = Energy(time);
        fft.Forward(time, mixRe, mixIm);
        for (int b = 0; b < fft.Bins; b++)
            (sumRe[b], sumIm[b]) = (sumRe[b] * mixRe[b] + sumIm[b] * mixIm[b], sumIm[b] * mixRe[b] - sumRe[b] * mixIm[b]); // sum · conj(mixture)
        fft.Inverse(sumRe, sumIm, time);
        int best = 0;
        for (int i = 1; i < size; i++)
            if (time[i] > time[best]) best = i;
        double correlation = time[best] / Math.Sqrt(sumEnergy * mixEnergy);
        if (!(correlation >= LeastCorrelation))
            throw new InputDataException(FormattableString.Invariant($"{path} does not fit the session's sound: the best correlation over all lags is {correlation:F2}, expected at least {LeastCorrelation}. Truth and recording are of different runs."));
        return best <= size / 2 ? best : best - size;
    }

    private static double Energy(double[] x)
    {
        double sum = 0;
        foreach (double v in x) sum += v * v;
        return sum;
    }
}
