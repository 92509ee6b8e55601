using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Perception;

/// <summary>Where each talker is in ROOM: from the rig's fixed talkers, then from the position stream once it speaks.</summary>
internal sealed class TalkerPositions
{
    private readonly TimedSamples _samples;
    private readonly Vector3D[] _positionsRoomM;
    private readonly bool[] _known;

    public TalkerPositions(Rig rig, IReadOnlyList<string> talkerIds)
    {
        if (talkerIds.Count == 0) throw new ConfigurationException("Perception was given no talkers; it needs at least one id.");
        _samples = new TimedSamples(3 * talkerIds.Count, capacity: 64);
        _positionsRoomM = new Vector3D[talkerIds.Count];
        _known = new bool[talkerIds.Count];
        for (int k = 0; k < talkerIds.Count; k++)
        {
            FixedTalker? fixedTalker = rig.FixedTalkers.FirstOrDefault(t => t.Id == talkerIds[k]);
            if (fixedTalker is null) continue;
            _positionsRoomM[k] = fixedTalker.PositionRoomM;
            _known[k] = true;
        }
    }

    public int Count => _known.Length;

    /// <param name="chunk">[frames × 3K] ROOM metres, talkers in the order of the ids.</param>
    public void Add(SampleChunk chunk) => _samples.Add(chunk);

    /// <summary>Takes the newest samples at or before <paramref name="timeS"/>; a talker whose sample is NaN stays where it was.</summary>
    public void MoveTo(double timeS)
    {
        int age = _samples.AgeAt(timeS);
        if (age < 0) return;
        ReadOnlySpan<float> frame = _samples.Frame(age);
        for (int k = 0; k < Count; k++)
        {
            var position = new Vector3D(frame[3 * k], frame[3 * k + 1], frame[3 * k + 2]);
            if (!double.IsFinite(position.X + position.Y + position.Z)) continue;
            _positionsRoomM[k] = position;
            _known[k] = true;
        }
    }

    public bool TryGet(int talker, out Vector3D positionRoomM)
    {
        positionRoomM = _positionsRoomM[talker];
        return _known[talker];
    }
}
