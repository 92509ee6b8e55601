using AttentionEngine.Core.Yaml;

namespace AttentionEngine.Simulation.Listener;

/// <summary>
/// What a scene may fix about its listener; the rest is drawn per seed into a <see cref="ListenerProfile"/>. Provenance tags as in
/// <see cref="Conversation.ConversationSettings"/>: A abstract, R from memory or assumed, D derived, V verified.
/// </summary>
public sealed record ListenerSettings
{
    /// <summary>Fraction of time that this listener looks at whom it hears, or null to draw it. A: 0.88 in quiet (Vertegaal et al. 2001); R/D: 0.55 to 0.88 elsewhere.</summary>
    public double? LookProbability { get; init; }

    /// <summary>Median of the drawn look probability. R/D: 0.72.</summary>
    public double LookProbabilityMean { get; init; } = 0.72;

    /// <summary>Share of time, at the median look probability, in which gaze follows another conversation than attention does. R (assumption).</summary>
    public double PartedFraction { get; init; } = 0.22;

    /// <summary>Median length of such a time, seconds. R (assumption).</summary>
    public double PartedMedianS { get; init; } = 8;

    /// <summary>Median time of looking at one target, seconds. R (assumption: looks come in bursts, one glance is not one independent vote per tick).</summary>
    public double LookMedianS { get; init; } = 1.7;

    /// <summary>From here on gaze and head have nothing to do with attention: a stress condition. Seconds; null never.</summary>
    public double? GazeDecorrelatedFromS { get; init; }

    /// <summary>The tracker is dead between these two times: a stress condition. Seconds; null never.</summary>
    public double? TrackerDeadFromS { get; init; }

    public double TrackerDeadForS { get; init; } = 10;

    /// <summary>Multiplies the drawn EEG strength (1 is the calibrated strength; 0 is a listener at chance).</summary>
    public double EegStrengthScale { get; init; } = 1;

    /// <summary>Part of all listeners whose EEG carries nothing about attention. R: "some at chance".</summary>
    public double EegAtChanceFraction { get; init; } = 0.08;

    /// <summary>Reads the <c>listener</c> group of a scene, strictly; null gives the defaults.</summary>
    public static ListenerSettings Read(YamlMap? map)
    {
        var d = new ListenerSettings();
        if (map is null) return d;
        var settings = new ListenerSettings
        {
            LookProbability = map.NumberOrNull("look_probability", 0.2, 0.95),
            LookProbabilityMean = map.NumberOr("look_probability_mean", d.LookProbabilityMean, 0.2, 0.95),
            PartedFraction = map.NumberOr("gaze_parted_fraction", d.PartedFraction, 0, 0.6),
            PartedMedianS = map.NumberOr("gaze_parted_median_s", d.PartedMedianS, 1, 60),
            LookMedianS = map.NumberOr("look_median_s", d.LookMedianS, 0.3, 20),
            GazeDecorrelatedFromS = map.NumberOrNull("gaze_decorrelated_from_s", 0, 1e6),
            TrackerDeadFromS = map.NumberOrNull("tracker_dead_from_s", 0, 1e6),
            TrackerDeadForS = map.NumberOr("tracker_dead_for_s", d.TrackerDeadForS, 0.1, 1e6),
            EegStrengthScale = map.NumberOr("eeg_strength_scale", d.EegStrengthScale, 0, 10),
            EegAtChanceFraction = map.NumberOr("eeg_at_chance_fraction", d.EegAtChanceFraction, 0, 1),
        };
        map.Done();
        return settings;
    }
}
