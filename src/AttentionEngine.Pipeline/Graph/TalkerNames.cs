using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Pipeline.Graph;

/// <summary>The talkers of a session and their order: from the positions stream's channel labels, or the rig's fixed talkers.</summary>
public static class TalkerNames
{
    public const int MaxTalkers = 8;

    /// <param name="positions">The <c>talkers</c> stream, or null when the rig's fixed talkers count.</param>
    /// <exception cref="InputDataException">Labels are not ID_X, ID_Y, ID_Z for each talker.</exception>
    public static IReadOnlyList<string> Of(Rig rig, StreamInfo? positions)
    {
        if (positions is null) return rig.FixedTalkers.Select(t => t.Id).ToList();
        var labels = positions.ChannelLabels;
        if (labels is null || labels.Count != positions.ChannelCount || labels.Count % 3 != 0 || labels.Count == 0)
            throw new InputDataException($"stream `{positions.Name}` ({positions.ChannelCount} channels, {labels?.Count ?? 0} labels) does not give talker positions: expected channel labels ID_X, ID_Y, ID_Z for each talker (rigs/README.md).");
        var ids = new List<string>();
        for (int c = 0; c < labels.Count; c += 3)
        {
            string id = labels[c].EndsWith("_X", StringComparison.Ordinal) ? labels[c][..^2] : "";
            if (id.Length == 0 || labels[c + 1] != id + "_Y" || labels[c + 2] != id + "_Z")
                throw new InputDataException($"stream `{positions.Name}`: channels {c + 1} to {c + 3} are labelled {labels[c]}, {labels[c + 1]}, {labels[c + 2]}; expected ID_X, ID_Y, ID_Z of one talker.");
            if (ids.Contains(id)) throw new InputDataException($"stream `{positions.Name}` names talker `{id}` twice.");
            ids.Add(id);
        }
        return ids.Count <= MaxTalkers ? ids : throw new InputDataException($"stream `{positions.Name}` has {ids.Count} talkers; at most {MaxTalkers} are supported.");
    }
}
