using System.Numerics;
using AttentionEngine.Core.Dsp;

namespace AttentionEngine.Separation.Devices.Measurement;

/// <summary>What lies between an output and an input, from a chirp that was played and what came in.</summary>
/// <param name="DelaySamples">Of the strongest arrival, interpolated between samples.</param>
/// <param name="GainDb">Of the strongest arrival in the chirp's band: a wire of gain 1 has 0 dB.</param>
/// <param name="Inverted">Whether a positive pressure comes in negative.</param>
/// <param name="PeakToNoiseDb">Strongest arrival over the root mean square of the response from which it stands out.</param>
public readonly record struct SoundPath(double DelaySamples, double GainDb, bool Inverted, double PeakToNoiseDb)
{
    /// <summary>Below this there is nothing but noise: a maximum of noise reaches about 13 dB.</summary>
    public const double HeardDb = 20;
    private const int Lobes = 24, Guard = 32;

    public bool Heard => PeakToNoiseDb >= HeardDb;

    /// <param name="played">The chirp; see <see cref="Chirp"/>.</param>
    /// <param name="recorded">From the frame at which the chirp began; longer than it by the longest delay that counts.</param>
    public static SoundPath Measure(ReadOnlySpan<float> played, ReadOnlySpan<float> recorded)
    {
        if (recorded.Length <= played.Length) throw new ArgumentException($"the recording ({recorded.Length} samples) must be longer than the chirp ({played.Length})", nameof(recorded));
        double[] response = Response(played, recorded);
        int longest = recorded.Length - played.Length, best = 0;
        for (int i = 1; i < longest; i++)
            if (Math.Abs(response[i]) > Math.Abs(response[best])) best = i;
        double delay = Refine(response, best), peak = At(response, delay), energy = 0;
        int count = 0;
        for (int i = 0; i < longest; i++)
        {
            if (Math.Abs(i - best) <= Guard) continue;
            energy += response[i] * response[i];
            count++;
        }
        double noise = Math.Sqrt(energy / Math.Max(1, count));
        return new SoundPath(delay, 20 * Math.Log10(Math.Max(Math.Abs(peak), 1e-20)), peak < 0, 20 * Math.Log10(Math.Abs(peak) / Math.Max(noise, 1e-12)));
    }

    /// <summary>Impulse response in the chirp's band by division of the spectra, scaled so that a wire of gain 1 peaks at 1.</summary>
    private static double[] Response(ReadOnlySpan<float> played, ReadOnlySpan<float> recorded)
    {
        var fft = new RealFft<double>((int)BitOperations.RoundUpToPowerOf2((uint)(recorded.Length + played.Length)));
        var time = new double[fft.Size];
        double[] pr = new double[fft.Bins], pi = new double[fft.Bins], rr = new double[fft.Bins], ri = new double[fft.Bins];
        for (int i = 0; i < played.Length; i++) time[i] = played[i];
        fft.Forward(time, pr, pi);
        Array.Clear(time);
        for (int i = 0; i < recorded.Length; i++) time[i] = float.IsFinite(recorded[i]) ? recorded[i] : 0;
        fft.Forward(time, rr, ri);
        double most = 0, band = 0;
        for (int k = 0; k < fft.Bins; k++) most = Math.Max(most, pr[k] * pr[k] + pi[k] * pi[k]);
        for (int k = 0; k < fft.Bins; k++)
        {
            double power = pr[k] * pr[k] + pi[k] * pi[k], scale = 1 / (power + 1e-3 * most);
            band += power * scale;
            (rr[k], ri[k]) = ((rr[k] * pr[k] + ri[k] * pi[k]) * scale, (ri[k] * pr[k] - rr[k] * pi[k]) * scale);
        }
        fft.Inverse(rr, ri, time);
        double full = fft.Bins / band;
        for (int i = 0; i < time.Length; i++) time[i] *= full;
        return time;
    }

    private static double Refine(double[] response, int best)
    {
        double sign = Math.Sign(response[best]), low = best - 1.0, high = best + 1.0;
        const double golden = 0.6180339887498949;
        double a = high - golden * (high - low), b = low + golden * (high - low);
        for (int i = 0; i < 40; i++)
        {
            if (sign * At(response, a) > sign * At(response, b)) high = b;
            else low = a;
            (a, b) = (high - golden * (high - low), low + golden * (high - low));
        }
        return (low + high) / 2;
    }

    // The response repeats: index −1 is its last sample.
    private static double At(double[] response, double at)
    {
        int nearest = (int)Math.Round(at);
        double sum = 0;
        for (int i = nearest - Lobes + 1; i < nearest + Lobes; i++)
        {
            double x = at - i, sinc = Math.Abs(x) < 1e-9 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
            sum += response[(i + response.Length) % response.Length] * sinc * (0.5 + 0.5 * Math.Cos(Math.PI * x / Lobes));
        }
        return sum;
    }
}

/// <summary>The sound that is played to measure.</summary>
public static class Chirp
{
    private const double LowHz = 60, HighPart = 0.45, FadeS = 0.005;

    /// <summary>A sweep at constant rate from 60 Hz to 0.45 of the sampling rate, with short fades.</summary>
    /// <param name="peakDbfs">At most 0.</param>
    public static float[] Make(double rateHz, double seconds, double peakDbfs)
    {
        if (!(peakDbfs <= 0)) throw new ArgumentOutOfRangeException(nameof(peakDbfs), peakDbfs, "must be at most 0 dB relative to full scale");
        var chirp = new float[(int)Math.Round(seconds * rateHz)];
        double peak = Math.Pow(10, peakDbfs / 20), sweepHzPerS = (HighPart * rateHz - LowHz) / seconds;
        for (int i = 0; i < chirp.Length; i++)
        {
            double t = i / rateHz, edge = Math.Min(Math.Min(t, (chirp.Length - 1 - i) / rateHz) / FadeS, 1);
            chirp[i] = (float)(peak * (0.5 - 0.5 * Math.Cos(Math.PI * edge)) * Math.Sin(2 * Math.PI * (LowHz * t + sweepHzPerS * t * t / 2)));
        }
        return chirp;
    }
}
