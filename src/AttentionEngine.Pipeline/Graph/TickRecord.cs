using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Pipeline.Graph;

/// <summary>The streams whose consumption a tick journals, in the order of <see cref="TickRecord.Consumed"/>.</summary>
public static class TickInputs
{
    public const int Count = 6;
    public static int Slot(StreamRole role) => role switch
    {
        StreamRole.Audio => 0,
        StreamRole.Head => 1,
        StreamRole.Gaze => 2,
        StreamRole.Eeg => 3,
        StreamRole.Talkers => 4,
        StreamRole.EgoCamera => 5,
        _ => -1,
    };
}

/// <summary>Everything one tick took in and put out. Preallocated and reused by the tick thread; read by the host thread.</summary>
public sealed class TickRecord(int talkers, int featureCount)
{
    public long Tick { get; set; }
    public double TimeS { get; set; }

    /// <summary>[6] cumulative frames consumed after this tick (audio: RT blocks), in the order of <see cref="TickInputs"/>.</summary>
    public long[] Consumed { get; } = new long[TickInputs.Count];

    /// <summary>[K + 1] talkers, then none.</summary>
    public float[] Posterior { get; } = new float[talkers + 1];

    /// <summary>[K + 1].</summary>
    public float[] LogPrior { get; } = new float[talkers + 1];

    /// <summary>[5 × K] nats by modality.</summary>
    public float[] EvidenceNats { get; } = new float[Modalities.Count * talkers];

    /// <summary>[K] nats by the EEG decoder's own calibration; 0 when its file has none.</summary>
    public float[] EegNats { get; } = new float[talkers];

    /// <summary>[K × F].</summary>
    public float[] Features { get; } = new float[talkers * featureCount];

    /// <summary>[5] 1 where the modality gave data.</summary>
    public float[] Available { get; } = new float[Modalities.Count];

    /// <summary>[K × 2] azimuth and elevation in HEAD, radians.</summary>
    public float[] DirectionHeadRad { get; } = new float[talkers * 2];

    /// <summary>[K] dB re full scale.</summary>
    public float[] BeamLevelDb { get; } = new float[talkers];

    /// <summary>[K × 4] what stands for the tick's beams (see <see cref="BeamSketch"/>); zeros in a tick without sound.</summary>
    public double[] BeamSketches { get; } = new double[talkers * BeamSketch.Sums];
    public float HeadYawRad { get; set; }

    /// <summary>[2] gaze azimuth and elevation in ROOM, radians; NaN when the tracker saw nothing.</summary>
    public float[] GazeRoomRad { get; } = new float[2];
    public int Attended { get; set; } = -1;
    public float Confidence { get; set; }

    /// <summary>[6] running hashes after this tick.</summary>
    public ulong[] Hashes { get; } = new ulong[NodeHashes.Count];

    /// <summary>CPU of the tick on its thread, ms.</summary>
    public double CpuMs { get; set; }

    /// <summary>How long after its due time the tick began, ms.</summary>
    public double LateMs { get; set; }

    /// <summary>Takes the outputs of the tick's stages; Consumed, Hashes and times are the caller's.</summary>
    public void Fill(TalkerScene scene, AttentionEstimate estimate, ReadOnlySpan<float> features, ReadOnlySpan<float> available, AttendedTalker attended, GazeChunk gaze)
    {
        estimate.Posterior.CopyTo(Posterior, 0);
        estimate.LogPrior.CopyTo(LogPrior, 0);
        estimate.EvidenceNats.CopyTo(EvidenceNats, 0);
        features.CopyTo(Features);
        available.CopyTo(Available);
        Attended = attended.Talker;
        Confidence = attended.Confidence;
        for (int k = 0; k < talkers; k++)
        {
            var talker = scene.Talkers[k];
            DirectionHeadRad[2 * k] = (float)talker.DirectionHead.AzimuthRad;
            DirectionHeadRad[2 * k + 1] = (float)talker.DirectionHead.ElevationRad;
            BeamLevelDb[k] = talker.BeamLevelDb;
        }
        HeadYawRad = scene.HeadValid ? (float)scene.RoomFromHead.RoomFromFrame.Apply(Vector3D.Front).AzimuthRad : float.NaN;
        GazeRoomRad[0] = GazeRoomRad[1] = float.NaN;
        for (int i = gaze.Samples.Frames - 1; i >= 0; i--)
        {
            var g = gaze.Samples.Frame(i);
            if (float.IsNaN(g[0])) continue;
            var room = scene.RoomFromHead.RoomFromFrame.Apply(new Vector3D(g[0], g[1], g[2]));
            GazeRoomRad[0] = (float)room.AzimuthRad;
            GazeRoomRad[1] = (float)room.ElevationRad;
            break;
        }
    }
}
