using AttentionEngine.Capture.EegFiles;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Capture.Datasets;

/// <summary>The sound of a stimulus as one channel: sound files, and .npz or .npz.gz with the arrays audio and fs (SparrKULee).</summary>
internal static class StimulusSound
{
    /// <param name="channel">Null: the mean of all.</param>
    /// <returns>[frames] and the rate, Hz.</returns>
    /// <exception cref="InputDataException">Missing, damaged, or without that channel.</exception>
    public static (float[] Mono, double RateHz) Read(string path, int? channel)
    {
        if (path.EndsWith(".npz", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".npz.gz", StringComparison.OrdinalIgnoreCase)) return FromArrays(path, channel);
        var audio = AudioFile.Read(path);
        if (channel >= audio.Channels) throw new InputDataException($"{path} has {audio.Channels} channels; channel {channel + 1} is needed.");
        if (channel is { } one) return (audio.Channel(one).ToArray(), audio.RateHz);
        var mono = new float[audio.Frames];
        for (int c = 0; c < audio.Channels; c++)
            for (int i = 0; i < mono.Length; i++) mono[i] += audio.Channel(c)[i] / audio.Channels;
        return (mono, audio.RateHz);
    }

    private static (float[], double) FromArrays(string path, int? channel)
    {
        using var bytes = new MemoryStream(EegFile.ReadWhole(path, "the sound of a stimulus"), writable: false);
        var arrays = NpyReader.ReadNpz(bytes, path);
        if (!arrays.TryGetValue("audio", out var audio) || !arrays.TryGetValue("fs", out var fs) || fs.Length != 1 || audio.Shape.Count(n => n != 1) > 1 || channel is > 0)
            throw new InputDataException($"{path} holds {string.Join(", ", arrays.Select(a => $"{a.Key} [{string.Join('×', a.Value.Shape)}]"))}; expected audio [samples] and fs.");
        double rateHz = fs.ToDoubles()[0];
        return rateHz > 0 && double.IsFinite(rateHz) ? ([.. audio.ToDoubles().Select(v => (float)v)], rateHz) : throw new InputDataException($"{path}: fs is {rateHz}; expected Hz, above 0.");
    }
}
