namespace AttentionEngine.Core.Eeg;

/// <summary>What a control reached at one window length.</summary>
/// <param name="What">What was decoded, how it was split.</param>
/// <param name="Accuracy">Share of windows.</param>
/// <param name="Low">Lower end of the 95 % interval, trials drawn with replacement; NaN where none was made.</param>
/// <param name="High">Upper end.</param>
/// <param name="Limit95">95th percentile under permutation of labels over whole trials (one talker: under shifted envelopes); NaN without.</param>
/// <param name="P">(1 + draws at least as good) / (1 + draws); NaN without.</param>
public sealed record ControlAccuracy(string What, double WindowS, int WindowCount, double Accuracy, double Low, double High, double Chance, double Limit95, double P);

/// <summary>A decoding that should not work if the result beside it comes from the brain's response to sound.</summary>
/// <param name="Name">eog-only, frontal-only or trial-fingerprint.</param>
/// <param name="Meaning">One sentence for the reader of the result.</param>
public sealed record DecodingControl(string Name, string Meaning)
{
    /// <summary>Why it could not be run; null where it was.</summary>
    public string? NotRun { get; init; }

    /// <summary>Channels it saw; empty: all.</summary>
    public IReadOnlyList<string> Channels { get; init; } = [];

    /// <summary>Mean correlation with the attended envelope; NaN where nothing is reconstructed.</summary>
    public double RAttended { get; init; } = double.NaN;

    /// <summary>95th percentile of the same under shifted envelopes.</summary>
    public double RShiftedLimit95 { get; init; } = double.NaN;

    public IReadOnlyList<ControlAccuracy> Accuracy { get; init; } = [];
}
