using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Analysis.Preprocessing;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// The controls that stand beside every result: the same decoder with the same split on the eye channels only and on the frontal channels only, and the label
/// from band power, which carries no stimulus. One that cannot be run says why.
/// </summary>
public static class DecodingControls
{
    /// <summary>Direction of a frontal channel: within 41 degrees of straight ahead (Fp, AF), where the eyes are strongest.</summary>
    private const float FrontalX = 0.75f;

    private const int MostPermutations = 200, MostShifts = 100, LeastFrontal = 3, FingerprintDraws = 10;
    private const double FingerprintWindowS = 1, Unlikely = 0.05;

    /// <summary>The result with its controls, and a flag for each that works where it should not.</summary>
    public static DecodingResult AddTo(DenseAlgebra algebra, EegParticipant participant, DecodingJob job, DecodingResult result, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(result);
        var controls = Run(algebra, participant, job, cancel);
        return result with { Controls = controls, Flags = [.. result.Flags, .. controls.Where(Works).Select(c => $"control {c.Name} is above its limit: {c.Meaning}")] };
    }

    public static IReadOnlyList<DecodingControl> Run(DenseAlgebra algebra, EegParticipant participant, DecodingJob job, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(participant);
        ArgumentNullException.ThrowIfNull(job);
        var small = job with { Permutations = Math.Min(job.Permutations, MostPermutations), Shifts = Math.Min(job.Shifts, MostShifts) };
        string[] eyes = [.. participant.Channels.Where(c => c.Type == EegChannelType.Eog).Select(c => c.Name)];
        string[] scalp = [.. participant.Channels.Where(c => c.Type == EegChannelType.Eeg).Select(c => c.Name)];
        string[] frontal = [.. participant.Channels.Where(c => c.Type == EegChannelType.Eeg && EegPositions.Of(c) is { } at && at.X >= FrontalX).Select(c => c.Name)];
        return
        [
            SameDecoder("eog-only", "what the eye channels alone decode comes from eye movements, not from the brain; a result that is no better may be nothing else.", eyes,
                eyes.Length == 0 ? "the data set has no EOG channels" : null),
            SameDecoder("frontal-only", "frontal channels see the eyes before they see auditory cortex; a result that needs no others should not be read as cortical.", frontal,
                frontal.Length < LeastFrontal ? $"{frontal.Length} frontal channels are known by name or position, {LeastFrontal} are needed; numbered channels need --montage" : frontal.Length == scalp.Length ? "all channels are frontal" : null),
            Fingerprint(algebra, participant, job, cancel),
        ];

        DecodingControl SameDecoder(string name, string meaning, string[] channels, string? impossible)
        {
            var control = new DecodingControl(name, meaning) { Channels = channels, NotRun = impossible };
            if (impossible is not null) return control;
            try
            {
                var part = EegPreprocessing.KeepChannels(participant, c => channels.Contains(c.Name), name);
                part = part with { Channels = [.. part.Channels.Select(c => c with { Type = EegChannelType.Eeg })] };
                return Filled(control, AttentionDecoding.Run(algebra, part, small, null, cancel));
            }
            catch (InputDataException e)
            {
                return control with { NotRun = e.Message };
            }
        }
    }

    /// <summary>Whether a control reaches what it should not, windows taken together (Bonferroni).</summary>
    internal static bool Works(DecodingControl control) => control.RAttended > control.RShiftedLimit95 && control.Accuracy.Count == 0
        || control.Accuracy.Any(a => a.P <= Unlikely / control.Accuracy.Count(o => double.IsFinite(o.P)));

    private static DecodingControl Filled(DecodingControl control, DecodingResult result) => control with
    {
        RAttended = result.MeanAttended, RShiftedLimit95 = result.ShiftedCorrelationLimit95,
        Accuracy =
        [
            .. result.Accuracy.Where(a => a.WindowCount > 0).Select(a => new ControlAccuracy("attended talker", a.WindowS, a.WindowCount, a.Accuracy, a.Low, a.High, a.Chance, a.PermutationLimit95, a.PermutationP)),
            .. result.MatchMismatch.Select(m => new ControlAccuracy("match-mismatch", m.WindowS, m.WindowCount, m.Accuracy, m.Low, m.High, m.ShiftedMean, m.ShiftedLimit95, m.ShiftedP)),
        ],
    };

    private static DecodingControl Fingerprint(DenseAlgebra algebra, EegParticipant participant, DecodingJob job, CancellationToken cancel)
    {
        var control = new DecodingControl("trial-fingerprint", "log power per channel holds no stimulus; where it tells the label of trials never seen, order, drift or posture go with the label, and where it tells drawn labels in random windows, any split that shares trials is worthless.");
        double[][] eeg = [.. participant.Trials.Select(t => AttentionDecoding.ScalpEeg(participant, t))];
        int channels = participant.Channels.Count(c => c.Type == EegChannelType.Eeg), window = (int)Math.Round(FingerprintWindowS * participant.RateHz);
        double[][][] rows = [.. eeg.Select(e => TrialFingerprint.Rows(e, channels, window))];
        if (eeg.Length < 4 || rows.Any(r => r.Length == 0)) return control with { NotRun = $"it needs four trials of {FingerprintWindowS} s at least" };
        var random = new SeededRandom(job.Seed).Fork(participant.Id).Fork("fingerprint");
        var accuracy = new List<ControlAccuracy>();
        var labels = TrialLabels.Of(participant.Trials);
        string? unusable = labels.Unusable();
        int windows = rows.Sum(r => r.Length);
        if (unusable is null) accuracy.Add(Label(algebra, rows, HeldOutUnits.Of(participant, job.LeaveOut), labels, job, windows, random.Fork("label"), cancel));
        cancel.ThrowIfCancellationRequested();
        var drawn = TrialFingerprint.Measure(algebra, rows, FingerprintDraws, random.Fork("drawn"));
        accuracy.Add(new("drawn labels, random windows", FingerprintWindowS, windows, drawn.RandomWindows, double.NaN, double.NaN, 0.5, double.NaN, double.NaN));
        accuracy.Add(new("drawn labels, whole trials held out", FingerprintWindowS, windows, drawn.TrialDisjoint, double.NaN, double.NaN, 0.5, double.NaN, double.NaN));
        return control with { Accuracy = accuracy, Meaning = unusable is null ? control.Meaning : $"{control.Meaning} The label itself was not tried: {unusable}." };
    }

    private static ControlAccuracy Label(DenseAlgebra algebra, double[][][] rows, HeldOutUnits units, TrialLabels labels, DecodingJob job, int windows, SeededRandom random, CancellationToken cancel)
    {
        var fingerprint = new LabelFingerprint(algebra, rows, units.OfTrial);
        int[] correct = fingerprint.Correct(labels.OfTrial, labels.Names.Length);
        double share = (double)correct.Sum() / windows;
        var draws = new double[Math.Min(job.Permutations, MostPermutations)];
        for (int d = 0; d < draws.Length; d++)
        {
            cancel.ThrowIfCancellationRequested();
            draws[d] = (double)fingerprint.Correct(LabelFingerprint.Shuffled(labels.OfTrial, random), labels.Names.Length).Sum() / windows;
        }
        var (low, high) = WindowScores.Bootstrap(correct, [.. rows.Select(r => r.Length)], job.Bootstraps, random.Fork("bootstrap"));
        var (limit, p) = WindowScores.Against(draws, share);
        return new($"label ({string.Join(" or ", labels.Names)}), whole trials held out", FingerprintWindowS, windows, share, low, high, 1.0 / labels.Names.Length, limit, p);
    }
}
