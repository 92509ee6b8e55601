using System.Numerics;

namespace AttentionEngine.Core.Eeg;

/// <summary>What a channel of an EEG recording measures.</summary>
public enum EegChannelType
{
    /// <summary>Scalp EEG: used by decoders.</summary>
    Eeg,

    /// <summary>Eye movement: artefact regression and the eye-only control.</summary>
    Eog,

    /// <summary>Muscle.</summary>
    Emg,

    /// <summary>Heart.</summary>
    Ecg,

    /// <summary>Reference electrode (mastoid, ear lobe).</summary>
    Reference,

    /// <summary>Trigger line.</summary>
    Trigger,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>One channel.</summary>
/// <param name="Name">Its label, for example Cz; unique within a participant.</param>
/// <param name="PositionM">Electrode position in HEAD (x front, y left, z up), m; null when unknown.</param>
public sealed record EegChannel(string Name, EegChannelType Type, Vector3? PositionM = null);

/// <summary>
/// What a trial shares with others. Two trials with the same (non-null) value of a label must not lie on both sides of a split, unless the
/// user names that label. Null: unknown.
/// </summary>
public sealed record TrialGroups
{
    /// <summary>What was told: the attended story or stimulus.</summary>
    public string? Story { get; init; }

    /// <summary>Who told it: the attended talker.</summary>
    public string? Speaker { get; init; }

    /// <summary>Recording session.</summary>
    public string? Session { get; init; }

    /// <summary>The listener; null: the participant's own id.</summary>
    public string? Subject { get; init; }

    /// <summary>The continuous presentation from which this trial was cut, if it was.</summary>
    public string? Presentation { get; init; }

    /// <summary>Where in that presentation this trial starts, s.</summary>
    public double? PresentationStartS { get; init; }
}

/// <summary>One trial: EEG and the envelopes of all K talkers on one grid.</summary>
public sealed record EegTrial
{
    /// <summary>Unique within the participant.</summary>
    public required string Id { get; init; }

    /// <summary>[samples × channels] row-major, the participant's channels in order; microvolts where the unit is known.</summary>
    public required double[] Eeg { get; init; }

    /// <summary>[K][samples] envelopes at the EEG's rate, in step with it; K ≥ 1.</summary>
    public required double[][] Envelopes { get; init; }

    /// <summary>Names of the K stimuli (file, talker, side); empty when unknown.</summary>
    public IReadOnlyList<string> StimulusNames { get; init; } = [];

    /// <summary>[K] "L", "R" or another place of each stimulus, the same throughout the trial; empty when unknown or when they move.</summary>
    public IReadOnlyList<string> StimulusSides { get; init; } = [];

    /// <summary>Which of the K envelopes was attended, from 0.</summary>
    public required int AttendedIndex { get; init; }

    public TrialGroups Groups { get; init; } = new();

    /// <summary>[samples] which talker the listener looked at, an index into <see cref="Envelopes"/>, −1: none or unknown; null without gaze.</summary>
    public int[]? GazedTalker { get; init; }

    /// <summary>Samples of the trial (of its first envelope).</summary>
    public int Samples => Envelopes.Length == 0 ? 0 : Envelopes[0].Length;
}

/// <summary>One listener's trials, all with the same channels and rate.</summary>
public sealed record EegParticipant
{
    public required string Id { get; init; }

    /// <summary>Rate of EEG and envelopes, Hz.</summary>
    public required double RateHz { get; init; }

    public required IReadOnlyList<EegChannel> Channels { get; init; }
    public required IReadOnlyList<EegTrial> Trials { get; init; }

    /// <summary>How long a causal extractor takes to make these envelopes from sound, s; NaN where they came with the data.</summary>
    public double EnvelopeDelayS { get; init; } = double.NaN;

    /// <summary>What a reader of results from these data must know: channels left out, a lost rank, artefacts taken out or left in.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>What the data set tells of the listener: age, sex, hearing, group; by the names of its table.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();
}

/// <summary>One step that made the data what they are.</summary>
/// <param name="Step">For example "read", "filter", "average reference".</param>
/// <param name="Detail">Parameters, files, delay; as a person would check it.</param>
public sealed record ProvenanceStep(string Step, string Detail);

/// <summary>Listeners, their trials, and where they come from.</summary>
public sealed record EegDataset
{
    public required string Name { get; init; }
    public required IReadOnlyList<EegParticipant> Participants { get; init; }
    public IReadOnlyList<ProvenanceStep> Provenance { get; init; } = [];
}
