using System.Text.Json;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Graph;

namespace AttentionEngine.Pipeline.Recording;

/// <summary>The ticks of a session as arrays (<c>ticks/*.npy</c>), for scoring, reports and training. Host thread only.</summary>
public sealed class TickLogWriter : IDisposable
{
    private readonly NpyWriter<double> _time, _sketch;
    private readonly NpyWriter<float> _posterior, _evidence, _logPrior, _features, _available, _direction, _headYaw, _gaze, _level, _eegNats;
    private readonly NpyWriter<int> _attended;

    /// <param name="audioStartS">LSL time of audio sample 0.</param>
    public TickLogWriter(string folder, IReadOnlyList<string> talkerIds, IReadOnlyList<string> featureNames, double tickMs, double audioStartS)
    {
        Directory.CreateDirectory(folder);
        int k = talkerIds.Count, f = featureNames.Count;
        string At(string name) => Path.Combine(folder, name + ".npy");
        _time = new NpyWriter<double>(At("time_s"));
        _posterior = new NpyWriter<float>(At("posterior"), k + 1);
        _evidence = new NpyWriter<float>(At("evidence_nats"), Modalities.Count, k);
        _logPrior = new NpyWriter<float>(At("log_prior"), k + 1);
        _features = new NpyWriter<float>(At("features"), k, f);
        _available = new NpyWriter<float>(At("available"), Modalities.Count);
        _direction = new NpyWriter<float>(At("direction_head_rad"), k, 2);
        _headYaw = new NpyWriter<float>(At("head_yaw_rad"));
        _gaze = new NpyWriter<float>(At("gaze_room_rad"), 2);
        _level = new NpyWriter<float>(At("beam_level_db"), k);
        _sketch = new NpyWriter<double>(At("beam_sketch"), k, BeamSketch.Sums);
        _eegNats = new NpyWriter<float>(At("eeg_decoder_nats"), k);
        _attended = new NpyWriter<int>(At("attended"));
        File.WriteAllText(Path.Combine(folder, "layout.json"), JsonSerializer.Serialize(new
        {
            schema = "attend.ticks/1",
            talkers = talkerIds,
            modalities = Modalities.Names,
            features = featureNames,
            tick_ms = tickMs,
            audio_start_s = audioStartS,
        }));
    }

    public void Append(TickRecord tick)
    {
        _time.Append(tick.TimeS);
        _posterior.Append(tick.Posterior);
        _evidence.Append(tick.EvidenceNats);
        _logPrior.Append(tick.LogPrior);
        _features.Append(tick.Features);
        _available.Append(tick.Available);
        _direction.Append(tick.DirectionHeadRad);
        _headYaw.Append(tick.HeadYawRad);
        _gaze.Append(tick.GazeRoomRad);
        _level.Append(tick.BeamLevelDb);
        _sketch.Append(tick.BeamSketches);
        _eegNats.Append(tick.EegNats);
        _attended.Append(tick.Attended);
    }

    public void Dispose()
    {
        _time.Dispose(); _posterior.Dispose(); _evidence.Dispose(); _logPrior.Dispose(); _features.Dispose(); _available.Dispose();
        _direction.Dispose(); _headYaw.Dispose(); _gaze.Dispose(); _level.Dispose(); _sketch.Dispose(); _eegNats.Dispose(); _attended.Dispose();
    }
}
