using System.Numerics;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Preprocessing;

/// <summary>Where a channel lies: as the file says, otherwise as its name says in the 10-05 system.</summary>
public static class EegPositions
{
    /// <returns>Direction from the middle of the head, unit length, HEAD (x front, y left, z up); null when unknown.</returns>
    public static Vector3? Of(EegChannel channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return (channel.PositionM ?? StandardMontage.PositionM(channel.Name)) is { } at && at.Length() > 0 ? Vector3.Normalize(at) : null;
    }

    /// <summary>Gives the first 64 channels their names on a BioSemi cap, for files that only number them.</summary>
    /// <exception cref="ConfigurationException">There are fewer, or they have names.</exception>
    public static EegDataset NameBioSemi64(EegDataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        int count = StandardMontage.BioSemi64.Count;
        foreach (var p in dataset.Participants)
            if (p.Channels.Count < count || p.Channels.Take(count).FirstOrDefault(c => !c.Name.All(char.IsAsciiDigit)) is not null)
                throw new ConfigurationException($"--montage BioSemi64 names {count} numbered channels; participant {p.Id} has {p.Channels.Count}: {string.Join(", ", p.Channels.Take(5).Select(c => c.Name))}…");
        return EegPreprocessing.With(dataset with { Participants = [.. dataset.Participants.Select(p => p with { Channels = [.. p.Channels.Select((c, i) => i < count ? c with { Name = StandardMontage.BioSemi64[i] } : c)] })] },
            "channel names", "the first 64 channels named in the order of a BioSemi cap, as the analyst said");
    }
}
