using AttentionEngine.Core.Errors;

namespace AttentionEngine.Core.Formats;

/// <summary>Sound in memory.</summary>
/// <param name="Samples">[channels × frames], planar: all frames of channel 0, then of channel 1, …; full scale ±1.</param>
/// <param name="Channels">Channels, at least 1.</param>
/// <param name="RateHz">Frames per second.</param>
public sealed record PlanarAudio(float[] Samples, int Channels, int RateHz)
{
    public int Frames => Samples.Length / Channels;
    public double DurationS => (double)Frames / RateHz;

    /// <summary>[frames] of one channel.</summary>
    public ReadOnlySpan<float> Channel(int channel) => Samples.AsSpan(channel * Frames, Frames);

    /// <summary>This sound, or an error that names the file when it has not the expected number of channels.</summary>
    /// <exception cref="InputDataException">The channel count differs.</exception>
    public PlanarAudio RequireChannels(int expected, string path) => Channels == expected
        ? this
        : throw new InputDataException($"{path}: {Channels} channel{(Channels == 1 ? "" : "s")}, expected {expected}. Give a file with one channel per microphone, in the rig's order.");

    /// <summary>Interleaved [frames × channels] to planar [channels × frames].</summary>
    public static void Deinterleave(ReadOnlySpan<float> interleaved, Span<float> planar, int channels)
    {
        int frames = interleaved.Length / channels;
        for (int c = 0; c < channels; c++)
        {
            var row = planar.Slice(c * frames, frames);
            for (int i = 0, j = c; i < row.Length; i++, j += channels) row[i] = interleaved[j];
        }
    }
}
