using AttentionEngine.Attention;
using AttentionEngine.Attention.Eeg;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Pipeline.Graph;
using AttentionEngine.Pipeline.Recording;

namespace AttentionEngine.Pipeline.Live;

/// <summary>
/// Runs a second, throw-away graph over two seconds of noise before any stream is opened, so that no tick pays for the just-in-time
/// compiler or for cold caches. It shares no state with the graph of the run.
/// </summary>
public static class WarmUp
{
    private const int Ticks = 50, ChunkFrames = 160;

    /// <param name="talkers">What is known of the talkers' stream before it is opened: its channel count; or null.</param>
    /// <param name="eeg">The same of the EEG: its rate; the labels are the decoder's own here.</param>
    public static void Run(Rig rig, StreamInfo? talkers, StreamInfo? eeg)
    {
        int count = talkers is null ? rig.FixedTalkers.Count : Math.Clamp(talkers.ChannelCount / 3, 1, TalkerNames.MaxTalkers);
        var labels = eeg is not null && rig.Attention.EegDecoder is { } decoder ? TemporalResponseFunction.Read(decoder).Channels : null;
        Run(rig, [.. Enumerable.Range(0, count).Select(k => $"t{k}")], labels is null ? null : new EegStream(labels, eeg!.NominalRateHz));
    }

    private static void Run(Rig rig, IReadOnlyList<string> talkerIds, EegStream? eeg)
    {
        using var pipeline = new AttentionPipeline(rig, talkerIds, eeg, new ImmediateSchedule());
        var random = new SeededRandom(1);
        int channels = rig.Array.Count;
        var sound = new float[ChunkFrames * channels];
        var times = new double[ChunkFrames];
        var record = pipeline.NewRecord();
        Span<long> counts = stackalloc long[TickInputs.Count];
        long sample = 0;
        for (int k = 0; k < Ticks; k++)
        {
            double timeS = (k + 1) * pipeline.TickS;
            while ((sample + ChunkFrames) / rig.Array.SampleRateHz <= timeS)
            {
                for (int i = 0; i < sound.Length; i++) sound[i] = 0.01f * (float)random.Normal();
                for (int i = 0; i < ChunkFrames; i++) times[i] = sample++ / rig.Array.SampleRateHz;
                pipeline.Audio.Accept(sound, times, times, times[^1]);
            }
            pipeline.Inputs.CountUpTo(timeS, counts);
            pipeline.Tick(k, StreamTime.FromSeconds(timeS), counts, record);
        }
    }
}
