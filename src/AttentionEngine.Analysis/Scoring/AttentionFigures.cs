namespace AttentionEngine.Analysis.Scoring;

/// <summary>How well a sequence of decisions follows the true attention (DESIGN.md §6).</summary>
public sealed record AttentionFigures
{
    /// <summary>Share of scored ticks with the true talker; deciding for none is wrong. NaN without scored ticks.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Ticks at which somebody is truly attended, gaps filled.</summary>
    public required int ScoredTicks { get; init; }
    public required double ScoredS { get; init; }

    /// <summary>Share of ticks decided none while truly nobody is attended; NaN when that never happens.</summary>
    public required double NoneAccuracy { get; init; }

    /// <summary>True switches of attention to another talker.</summary>
    public required int Switches { get; init; }

    /// <summary>Switches that were not followed before the next one, or the end: censored at the length of their span.</summary>
    public required int MissedSwitches { get; init; }

    /// <summary>[switches] seconds from the true switch to the first tick of a correct run of at least 0.5 s; the span's length where missed.</summary>
    public required IReadOnlyList<SwitchLatency> Latencies { get; init; }

    /// <summary>Kaplan–Meier median over followed and missed switches, seconds; NaN when fewer than half were followed.</summary>
    public required double SwitchLatencyMedianS { get; init; }

    /// <summary>Changes of the decision to a talker who is not attended, per minute.</summary>
    public required double FalseSwitchesPerMin { get; init; }

    /// <summary>Time on a wrong talker, seconds per minute; time on none is not in it.</summary>
    public required double WrongTalkerSPerMin { get; init; }
}

/// <param name="Missed">Censored: the switch was not followed within <paramref name="LatencyS"/>.</param>
public readonly record struct SwitchLatency(double SwitchTimeS, double LatencyS, bool Missed);
