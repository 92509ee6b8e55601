namespace AttentionEngine.Core.Eeg;

/// <summary>In whose unit ridge parameters are stated and read.</summary>
public enum LambdaConvention
{
    /// <summary>Ours: relative to the mean eigenvalue of the covariance per sample, so that it holds for any unit, rate and number of trials.</summary>
    PerSample,

    /// <summary>mTRF-Toolbox: λ · rate added to the sum over trials.</summary>
    MtrfToolbox,

    /// <summary>mTRFpy: λ · rate added to the mean over the training trials.</summary>
    Mtrfpy,

    /// <summary>MNE (and naplib, scikit-learn): alpha added to the sum over trials.</summary>
    Mne,
}

/// <summary>What trials may share across a split.</summary>
[Flags]
public enum SharedGroups
{
    None = 0,
    Story = 1,
    Speaker = 2,
    Session = 4,
    Presentation = 8,
}

/// <summary>What is held out at once.</summary>
public enum LeaveOut
{
    Trial,
    Story,
    Speaker,
    Session,
    Presentation,

    /// <summary>A listener; the decoder is trained on the others.</summary>
    Subject,
}

/// <summary>Group delays of causal filters, s.</summary>
/// <param name="LineNoiseS">Of the notches, on the EEG alone.</param>
/// <param name="BandPassS">Of the band-pass, on EEG and envelopes alike.</param>
public readonly record struct FilterDelays(double LineNoiseS, double BandPassS);

/// <summary>One model, evaluated by nested leave-one-trial-out.</summary>
public sealed record DecodingJob
{
    /// <summary>First and last lag of the EEG after the sound, s; rounded outwards to whole samples.</summary>
    public double MinLagS { get; init; }

    public double MaxLagS { get; init; } = 0.25;

    /// <summary>Ridge parameters, ascending, in <see cref="Convention"/>.</summary>
    public IReadOnlyList<double> Lambdas { get; init; } = DefaultLambdas;

    public DecodingModel Model { get; init; }

    /// <summary>Edges of the bands of <see cref="DecodingModel.Banded"/> and <see cref="DecodingModel.FbCsp"/>, ascending, Hz.</summary>
    public IReadOnlyList<double> FilterBankHz { get; init; } = [1, 4, 9];

    /// <summary>Whether the filters of that bank go forward only.</summary>
    public bool Causal { get; init; }

    public LambdaConvention Convention { get; init; } = LambdaConvention.PerSample;

    /// <summary>Decision windows, s, in which accuracy is given.</summary>
    public IReadOnlyList<double> WindowsS { get; init; } = [1, 2, 5, 10, 30, 60];

    /// <summary>Labels that training and test trials may share; anything else shared is refused, and what is named here is flagged in the result.</summary>
    public SharedGroups AllowShared { get; init; }

    /// <summary>What is held out at once, in the outer and in the inner loop.</summary>
    public LeaveOut LeaveOut { get; init; }

    /// <summary>Delays of the causal filters before the decoder; 0 where they are not causal.</summary>
    public FilterDelays FilterDelays { get; init; }

    /// <summary>Label permutations over trials for the null; 0: none.</summary>
    public int Permutations { get; init; } = 1000;

    /// <summary>Circularly shifted envelopes for the second null; 0: none.</summary>
    public int Shifts { get; init; } = 100;

    /// <summary>Whether the controls run beside the result.</summary>
    public bool Controls { get; init; } = true;

    /// <summary>Bootstrap draws over trials for intervals.</summary>
    public int Bootstraps { get; init; } = 2000;

    /// <summary>Seeds everything that is drawn.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>15 values from 1e-6 to 10, per sample.</summary>
    public static IReadOnlyList<double> DefaultLambdas { get; } = [.. Enumerable.Range(0, 15).Select(i => Math.Pow(10, -6 + i * 0.5))];
}
