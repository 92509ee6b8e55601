namespace AttentionEngine.Separation.Devices.Measurement;

/// <summary>The real delay from an output to an input of a device, where a wire, or air, joins them.</summary>
/// <param name="Input">Channel, from 0.</param>
/// <param name="Path">Medians of the repetitions.</param>
/// <param name="SpreadSamples">Largest minus smallest delay of the repetitions.</param>
public sealed record LoopDelay(int Input, SoundPath Path, double SpreadSamples)
{
    private const double ChirpS = 0.5, TailS = 0.5;

    /// <summary>Plays chirps at one output and looks for them in every input.</summary>
    /// <param name="peakDbfs">Level of the chirp.</param>
    public static IReadOnlyList<LoopDelay> Measure(AudioDevice device, int output, double peakDbfs, int repetitions, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfLessThan(repetitions, 1);
        float[] chirp = Chirp.Make(device.Options.RateHz, ChirpS, peakDbfs);
        var recorder = new DeviceRecorder(device);
        var paths = new List<SoundPath>[device.Options.Inputs];
        for (int c = 0; c < paths.Length; c++) paths[c] = [];
        for (int r = 0; r < repetitions; r++)
        {
            float[][] recorded = recorder.PlayAndRecord(output, chirp, TailS, cancellation);
            for (int c = 0; c < paths.Length; c++) paths[c].Add(SoundPath.Measure(chirp, recorded[c]));
        }
        return [.. paths.Select((p, c) => new LoopDelay(c, new SoundPath(Median(p, x => x.DelaySamples), Median(p, x => x.GainDb), p.Count(x => x.Inverted) * 2 > p.Count, Median(p, x => x.PeakToNoiseDb)),
            p.Max(x => x.DelaySamples) - p.Min(x => x.DelaySamples)))];
    }

    private static double Median(List<SoundPath> paths, Func<SoundPath, double> value) => paths.Select(value).Order().ElementAt(paths.Count / 2);
}
