namespace AttentionEngine.Core.Eeg;

/// <summary>One held-out trial.</summary>
/// <param name="Lambda">Chosen inside the training trials, in the job's convention.</param>
/// <param name="InnerCorrelation">[λ] mean correlation over the inner validation trials.</param>
/// <param name="Prediction">[samples] reconstructed envelope, or the first of several signals; empty where nothing is reconstructed.</param>
/// <param name="Correlation">[K] with each talker's envelope over the whole trial; NaN where nothing is reconstructed.</param>
/// <param name="WindowCorrelation">[window length][window × K] row-major, windows without overlap; other scores than correlations where the model has others.</param>
public sealed record DecodedTrial(
    string TrialId, int AttendedIndex, double Lambda, double[] InnerCorrelation, double[] Prediction, double[] Correlation, double[][] WindowCorrelation)
{
    /// <summary>What else was chosen inside the training trials, in words; empty: nothing.</summary>
    public string Choice { get; init; } = "";
}

/// <summary>A decoder of one lag.</summary>
/// <param name="LagS">Of the EEG after the sound.</param>
/// <param name="RUnattended">NaN with one talker.</param>
/// <param name="Accuracy">Per window length; NaN with one talker.</param>
public sealed record LagFigures(double LagS, double RAttended, double RUnattended, double[] Accuracy);

/// <summary>Accuracy at one window length.</summary>
/// <param name="Accuracy">Share of windows in which the attended talker's correlation is the largest.</param>
/// <param name="Low">Lower end of the 95 % interval, trials drawn with replacement.</param>
/// <param name="High">Upper end.</param>
/// <param name="Chance">1/K averaged over windows.</param>
/// <param name="PermutationLimit95">95th percentile of accuracy when labels are permuted over whole trials; NaN without permutations.</param>
/// <param name="PermutationP">(1 + draws at least as good) / (1 + draws); NaN without.</param>
/// <param name="ShiftedLimit95">95th percentile of accuracy with envelopes shifted in time; NaN without.</param>
/// <param name="BitsPerMinute">Wolpaw information transfer rate.</param>
public sealed record WindowAccuracy(
    double WindowS, int WindowCount, double Accuracy, double Low, double High, double Chance,
    double PermutationLimit95, double PermutationP, double ShiftedLimit95, double BitsPerMinute);

/// <summary>Match-mismatch at one window length.</summary>
/// <param name="Accuracy">Share of windows that correlate more with their own envelope than with the same envelope a second on.</param>
/// <param name="Low">Lower end of the 95 % interval, trials drawn with replacement.</param>
/// <param name="High">Upper end.</param>
/// <param name="ShiftedMean">Mean over envelopes shifted in time; NaN without shifts.</param>
/// <param name="ShiftedLimit95">95th percentile of the same.</param>
/// <param name="ShiftedP">(1 + draws at least as good) / (1 + draws).</param>
public sealed record MatchMismatchAccuracy(double WindowS, int WindowCount, double Accuracy, double Low, double High, double ShiftedMean, double ShiftedLimit95, double ShiftedP);

/// <summary>How changes of attention are noticed, in segments strung together with the talkers exchanged in every other one.</summary>
/// <param name="SegmentS">Time between switches.</param>
/// <param name="Missed">Switches not followed before the next one.</param>
/// <param name="LatencyMedianS">Kaplan-Meier median, missed ones censored; NaN when fewer than half were followed.</param>
/// <param name="FalsePerMinute">Changes to the talker who is not attended.</param>
/// <param name="Accuracy">Share of time on the attended talker.</param>
public sealed record SwitchFigures(double SegmentS, int Switches, int Missed, double LatencyMedianS, double FalsePerMinute, double Accuracy);

/// <summary>How the systems were solved; nothing falls back silently.</summary>
/// <param name="Backend">Library that did the linear algebra.</param>
/// <param name="Systems">(pair of trials, λ) systems of the inner loop.</param>
/// <param name="Iterations">Conjugate-gradient iterations of the slowest system.</param>
/// <param name="WorstResidual">Largest relative residual accepted.</param>
/// <param name="CholeskyFallbacks">Systems that did not converge and were factorised.</param>
public sealed record SolverReport(string Backend, int Systems, int Iterations, double WorstResidual, int CholeskyFallbacks);

/// <summary>One participant's result.</summary>
/// <param name="Flags">What a reader of the figures must know: shared groups that were allowed, unknown labels, short data.</param>
/// <param name="MesdS">Minimal expected switch duration, s; NaN where undefined (accuracy at chance).</param>
public sealed record DecodingResult(
    string ParticipantId, IReadOnlyList<DecodedTrial> Trials, IReadOnlyList<WindowAccuracy> Accuracy, double MesdS,
    SolverReport Solver, IReadOnlyList<string> Flags)
{
    /// <summary>95th percentile of the mean attended correlation when the envelopes are shifted in time; NaN without shifts.</summary>
    public double ShiftedCorrelationLimit95 { get; init; } = double.NaN;

    /// <summary>For pictures; null where they were not made.</summary>
    public DecoderMaps? Maps { get; init; }

    /// <summary>Mean of the same over shifts; NaN without.</summary>
    public double ShiftedCorrelationMean { get; init; } = double.NaN;

    /// <summary>With one talker: match-mismatch per window length.</summary>
    public IReadOnlyList<MatchMismatchAccuracy> MatchMismatch { get; init; } = [];

    /// <summary>With two talkers and enough trials: detection of switches.</summary>
    public SwitchFigures? Switching { get; init; }

    public DecodingModel Model { get; init; }

    /// <summary>Time from a sound to its part in a decision beyond the window, s: causal filters and lags; NaN where filters see the future.</summary>
    public double LatencyS { get; init; } = double.NaN;

    /// <summary>Of the single-lag model.</summary>
    public IReadOnlyList<LagFigures> LagCurve { get; init; } = [];

    /// <summary>What should be at chance if the result comes from the brain's response to sound.</summary>
    public IReadOnlyList<DecodingControl> Controls { get; init; } = [];

    /// <summary>Mean over held-out trials of the correlation with the attended talker.</summary>
    public double MeanAttended => Trials.Average(t => t.Correlation[t.AttendedIndex]);

    /// <summary>Mean over held-out trials and their other talkers; NaN with one talker.</summary>
    public double MeanUnattended => Trials.SelectMany(t => t.Correlation.Where((_, k) => k != t.AttendedIndex)).DefaultIfEmpty(double.NaN).Average();
}
