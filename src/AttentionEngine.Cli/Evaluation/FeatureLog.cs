using AttentionEngine.Analysis.Scoring;
using AttentionEngine.Attention;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Graph;

namespace AttentionEngine.Cli.Evaluation;

/// <summary>Ticks as the session folder's <c>ticks</c> would hold them, in memory.</summary>
internal sealed class FeatureLog
{
    public FeatureLog(IReadOnlyList<string> talkers, int ticks, double tickS)
    {
        int k = talkers.Count, f = AttentionDecoder.FeatureNames.Count;
        Log = new TickLog
        {
            Talkers = talkers,
            Features = AttentionDecoder.FeatureNames,
            TickS = tickS,
            TimeS = new double[ticks],
            Posterior = new float[ticks * (k + 1)],
            EvidenceNats = new float[ticks * Modalities.Count * k],
            Attended = new int[ticks],
            FeatureValues = new float[ticks * k * f],
            Available = new float[ticks * Modalities.Count],
            DirectionHeadRad = new float[ticks * 2 * k],
            HeadYawRad = new float[ticks],
            GazeRoomRad = new float[ticks * 2],
            BeamLevelDb = new float[ticks * k],
        };
    }

    public TickLog Log { get; }

    public void Add(int tick, TickRecord record)
    {
        Log.TimeS[tick] = record.TimeS;
        Log.Attended[tick] = record.Attended;
        Log.HeadYawRad[tick] = record.HeadYawRad;
        Put(record.Posterior, Log.Posterior);
        Put(record.EvidenceNats, Log.EvidenceNats);
        Put(record.Features, Log.FeatureValues);
        Put(record.Available, Log.Available);
        Put(record.DirectionHeadRad, Log.DirectionHeadRad);
        Put(record.GazeRoomRad, Log.GazeRoomRad);
        Put(record.BeamLevelDb, Log.BeamLevelDb);
        void Put(float[] row, float[] all) => row.CopyTo(all, tick * row.Length);
    }
}
