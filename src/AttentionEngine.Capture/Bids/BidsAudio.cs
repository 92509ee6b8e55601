using AttentionEngine.Core.Formats;

namespace AttentionEngine.Capture.Bids;

/// <summary>Sound has no place of its own among BIDS's raw data: it goes below sourcedata as WAV, with a sidecar that says when it began and its true rate.</summary>
internal static class BidsAudio
{
    public static void Write(BidsDataset dataset, string folder, BidsEntities entities, string? acq, BidsStream stream, double zeroS, Action<double> progress, CancellationToken cancellation)
    {
        int channels = stream.Info.ChannelCount;
        var missing = stream.Missing();
        using (var wav = new WavWriter(dataset.NewFile($"{folder}/{entities.Name("audio.wav", acq: acq)}"), channels, (int)Math.Round(stream.Info.NominalRateHz)))
        {
            float[] frames = [];
            var silence = new float[channels];
            stream.Visit((values, timesS, first) =>
            {
                if (frames.Length < values.Length) frames = new float[values.Length];
                for (int k = 0; k < timesS.Length * channels; k++) frames[k] = (float)values[k];
                for (int i = 0; i < timesS.Length; i++)
                {
                    wav.Append(frames.AsSpan(i * channels, channels));
                    for (long k = missing.GetValueOrDefault(first + i); k > 0; k--) wav.Append(silence);
                }
            }, progress, cancellation);
        }
        dataset.WriteJson($"{folder}/{entities.Name("audio.json", acq: acq)}", new Dictionary<string, object>
        {
            ["SamplingFrequency"] = stream.RateHz,
            ["NominalSamplingFrequency"] = stream.Info.NominalRateHz,
            ["StartTime"] = stream.Times.TimesS[0] - zeroS,
            ["ChannelNames"] = stream.Names(),
            ["Gaps"] = stream.Times.Gaps.Select(g => new Dictionary<string, long> { ["AfterSample"] = g.AfterSample, ["MissingSamples"] = g.MissingSamples }).ToArray(),
        });
    }
}
