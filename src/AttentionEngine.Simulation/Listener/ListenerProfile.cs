using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Simulation.Listener;

/// <summary>One listener, drawn from a seed. Goes into the truth file as it is. Tags: A abstract, R memory or assumption, D derived, V verified.</summary>
public sealed record ListenerProfile
{
    /// <summary>Fraction of time looking at the attended talker. A 0.88 quiet, R/D 0.55 to 0.88 here.</summary>
    public required double LookProbability { get; init; }

    /// <summary>Fraction of time in which gaze follows something else than attention for seconds at a time. R.</summary>
    public required double PartedFraction { get; init; }

    /// <summary>Median length of those times, seconds. R.</summary>
    public required double PartedMedianS { get; init; }

    /// <summary>Median time on one look target, seconds. R.</summary>
    public required double LookMedianS { get; init; }

    /// <summary>Saccade latency, seconds. R: 0.20 (0.15 to 0.25).</summary>
    public required double SaccadeLatencyS { get; init; }

    /// <summary>Head azimuth as a fraction of target azimuth. R 0.5 to 0.7, D sd 0.2 from eye-movers to head-movers.</summary>
    public required double HeadGain { get; init; }

    /// <summary>Head starts this long after the eye, seconds. R: 0.05 to 0.15.</summary>
    public required double HeadDelayS { get; init; }

    /// <summary>Eye-in-head azimuth beyond which the head helps, degrees. R: 15 to 20.</summary>
    public required double EyeRangeDeg { get; init; }

    /// <summary>R: 15 to 26.</summary>
    public required double BlinksPerMinute { get; init; }

    /// <summary>Tracker bias of this session, degrees. A: sd 1.</summary>
    public required double TrackerBiasAzimuthDeg { get; init; }

    public required double TrackerBiasElevationDeg { get; init; }

    /// <summary>Slip of the tracker on the nose, degrees per minute of azimuth. R: 0.5 to 1 in 10 minutes.</summary>
    public required double TrackerSlipDegPerMinute { get; init; }

    /// <summary>Fraction of samples lost apart from blinks. R: 0.02 to 0.05.</summary>
    public required double TrackerDropout { get; init; }

    /// <summary>Relative strength of the EEG response to speech; 1 is the calibrated mean, 0 no trace of attention. R: sd 35 %.</summary>
    public required double EegStrength { get; init; }

    /// <summary>Extra latency of the EEG response, seconds. R: sd 8 ms.</summary>
    public required double EegLatencyS { get; init; }

    /// <summary>Rms of the alpha rhythm at parietal electrodes when it bursts, microvolts. R: 4 to 12.</summary>
    public required double AlphaUv { get; init; }

    /// <summary>Alpha frequency, Hz. R: 10 (sd 0.8).</summary>
    public required double AlphaHz { get; init; }

    /// <summary>Draws a listener; depends on the generator's seed only.</summary>
    public static ListenerProfile Draw(ListenerSettings settings, SeededRandom random)
    {
        var gaze = random.Fork("profile gaze");
        var head = random.Fork("profile head");
        var tracker = random.Fork("profile tracker");
        var eeg = random.Fork("profile eeg");
        double look = settings.LookProbability ?? Math.Clamp(gaze.Normal(settings.LookProbabilityMean, 0.08), 0.55, 0.88);
        bool atChance = eeg.Uniform() < settings.EegAtChanceFraction;
        double strength = Math.Max(0, eeg.Normal(1, 0.35));
        return new ListenerProfile
        {
            LookProbability = look,
            // Listeners who look less at whom they hear have more time apart; none is left at 0.95.
            PartedFraction = Math.Clamp(settings.PartedFraction * (0.95 - look) / (0.95 - 0.72), 0, 0.6),
            PartedMedianS = settings.PartedMedianS,
            LookMedianS = settings.LookMedianS * Math.Exp(gaze.Normal(0, 0.1)),
            SaccadeLatencyS = Math.Clamp(gaze.Normal(0.20, 0.02), 0.15, 0.25),
            HeadGain = Math.Clamp(head.Normal(0.6, 0.2), 0.1, 1),
            HeadDelayS = head.Uniform(0.05, 0.15),
            EyeRangeDeg = head.Uniform(15, 20),
            BlinksPerMinute = gaze.Uniform(15, 26),
            TrackerBiasAzimuthDeg = tracker.Normal(0, 1),
            TrackerBiasElevationDeg = tracker.Normal(0, 1),
            TrackerSlipDegPerMinute = (tracker.Uniform() < 0.5 ? -1 : 1) * tracker.Uniform(0.05, 0.10),
            TrackerDropout = tracker.Uniform(0.02, 0.05),
            EegStrength = settings.EegStrengthScale * (atChance ? 0 : strength),
            EegLatencyS = eeg.Normal(0, 0.008),
            AlphaUv = eeg.Uniform(4, 12),
            AlphaHz = eeg.Normal(10, 0.8),
        };
    }
}
