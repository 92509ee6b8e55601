using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Pipeline.Replay;

/// <summary>
/// What the fusion network gave live, from the session's ticks: a replay on another class of machine, where a third-party run-time may round
/// otherwise, can take it instead of computing it.
/// </summary>
public sealed class RecordedEstimates
{
    private readonly int _talkers, _ticks;
    private readonly float[] _posterior, _logPrior, _evidence;

    /// <exception cref="InputDataException">The session has no such files, or they are of other talkers.</exception>
    public RecordedEstimates(SessionFolder session, int talkers)
    {
        _talkers = talkers;
        NpyArray Read(string name, int row)
        {
            string path = Path.Combine(session.Ticks, name + ".npy");
            var array = NpyReader.Read(path);
            return array.Length == array.Shape[0] * row ? array : throw new InputDataException($"{path} has shape [{string.Join(", ", array.Shape)}]; expected {row} values a tick for {talkers} talkers. It is not of this session's run.");
        }
        NpyArray posterior = Read("posterior", talkers + 1), prior = Read("log_prior", talkers + 1), evidence = Read("evidence_nats", Modalities.Count * talkers);
        (_posterior, _logPrior, _evidence) = (posterior.ToSingles(), prior.ToSingles(), evidence.ToSingles());
        _ticks = Math.Min(posterior.Shape[0], Math.Min(prior.Shape[0], evidence.Shape[0]));
    }

    /// <exception cref="InputDataException">The session's files end before this tick.</exception>
    public void Fill(long tick, AttentionEstimate estimate)
    {
        if (tick >= _ticks) throw new InputDataException($"the session's ticks/ hold {_ticks} ticks; tick {tick} of its journal has no recorded posterior. Replay with --seconds up to there, or without --recorded-fusion.");
        int n = (int)tick, k = _talkers;
        _posterior.AsSpan(n * (k + 1), k + 1).CopyTo(estimate.Posterior);
        _logPrior.AsSpan(n * (k + 1), k + 1).CopyTo(estimate.LogPrior);
        _evidence.AsSpan(n * Modalities.Count * k, Modalities.Count * k).CopyTo(estimate.EvidenceNats);
    }
}
