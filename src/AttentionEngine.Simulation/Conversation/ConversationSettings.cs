using AttentionEngine.Core.Yaml;

namespace AttentionEngine.Simulation.Conversation;

/// <summary>
/// Statistics of who speaks when and whom the listener follows. Provenance tags: A read in an abstract, R from memory or
/// assumed, D derived, V verified at the source (the project's anchor numbers).
/// </summary>
public sealed record ConversationSettings
{
    /// <summary>Median time that the listener's attention stays on one talker, seconds. D: 12 s by definition of the task; fast 4 s, slow 30 s.</summary>
    public double DwellMedianS { get; init; } = 12;

    /// <summary>Standard deviation of the logarithm of floor-holding times (and of dwells among single talkers). R.</summary>
    public double DwellSigma { get; init; } = 0.5;

    /// <summary>Probability that a dwell ends because the attended conversation's floor passes, and attention follows it. R.</summary>
    public double FollowProbability { get; init; } = 0.65;

    /// <summary>Mean gap between turns, seconds; negative is overlap. A.</summary>
    public double GapMeanS { get; init; } = 0.20;

    /// <summary>Standard deviation of the gap, seconds. R.</summary>
    public double GapSdS { get; init; } = 0.45;

    /// <summary>Shortest dwell, seconds: attention does not leave earlier. R.</summary>
    public double DwellMinS { get; init; } = 1;

    /// <summary>Median phrase of a talker without a partner, seconds. R.</summary>
    public double PhraseMedianS { get; init; } = 6;

    /// <summary>Median pause between those phrases, seconds. R.</summary>
    public double PauseMedianS { get; init; } = 0.25;

    /// <summary>Probability that attention, on leaving a conversation, goes to nobody for a while. R: 0 by default.</summary>
    public double NobodyProbability { get; init; }

    /// <summary>Median time of attending to nobody, seconds. R.</summary>
    public double NobodyMedianS { get; init; } = 4;

    /// <summary>Reads the <c>conversation</c> group of a scene, strictly; null gives the defaults.</summary>
    public static ConversationSettings Read(YamlMap? map)
    {
        var d = new ConversationSettings();
        if (map is null) return d;
        var settings = new ConversationSettings
        {
            DwellMedianS = map.NumberOr("dwell_median_s", d.DwellMedianS, 1, 600),
            DwellSigma = map.NumberOr("dwell_sigma", d.DwellSigma, 0.05, 1.5),
            FollowProbability = map.NumberOr("follow_probability", d.FollowProbability, 0.05, 1),
            GapMeanS = map.NumberOr("gap_mean_s", d.GapMeanS, -1, 3),
            GapSdS = map.NumberOr("gap_sd_s", d.GapSdS, 0, 2),
            DwellMinS = map.NumberOr("dwell_min_s", d.DwellMinS, 0, 10),
            PhraseMedianS = map.NumberOr("phrase_median_s", d.PhraseMedianS, 0.5, 60),
            PauseMedianS = map.NumberOr("pause_median_s", d.PauseMedianS, 0.05, 10),
            NobodyProbability = map.NumberOr("nobody_probability", d.NobodyProbability, 0, 0.9),
            NobodyMedianS = map.NumberOr("nobody_median_s", d.NobodyMedianS, 0.5, 60),
        };
        map.Done();
        return settings;
    }
}
