using AttentionEngine.Capture.EegFiles;

namespace AttentionEngine.Capture.Datasets;

/// <summary>What one talker said in a trial.</summary>
/// <param name="Name">Name of the stimulus in the data set.</param>
/// <param name="Envelope">[samples] at the trial's rate, in step with the EEG; null where only the sound is there (<paramref name="SoundFile"/>).</param>
/// <param name="SoundFile">Path of the sound, from the data set's folder of stimuli; null where the envelope is in the data.</param>
/// <param name="Speaker">Who speaks: a name, "male" or "female"; empty when not told.</param>
/// <param name="Side">"L", "R" or empty; at the beginning of the trial.</param>
public sealed record TalkerStimulus(string Name, double[]? Envelope, string? SoundFile, string Speaker, string Side)
{
    /// <summary>Channel of <see cref="SoundFile"/> that is this talker's, from 0; null: the mean of all.</summary>
    public int? SoundChannel { get; init; }
}

/// <summary>One trial of an attention experiment, as its files describe it, before any processing.</summary>
/// <param name="Eeg">[samples × channels] sample-major, in the file's unit.</param>
/// <param name="Talkers">All talkers of the trial; one when there was no competition.</param>
/// <param name="Attended">Index into <paramref name="Talkers"/>.</param>
/// <param name="Story">Trials with equal text share stimulus material, repetitions and swapped tracks included, and must not be split between training and test; null where the files do not tell.</param>
/// <param name="Presentation">Trials with equal text were cut from one continuous presentation.</param>
/// <param name="Condition">Condition of the experiment, in the data set's words.</param>
/// <param name="IsRepetition">The same material was presented to this subject before.</param>
/// <param name="SideSwitchS">When the sides of the talkers swapped, seconds from the trial's start; NaN when they did not.</param>
public sealed record ListeningTrial(
    string Subject, string Name, double RateHz, IReadOnlyList<EegFileChannel> Channels, double[] Eeg, IReadOnlyList<TalkerStimulus> Talkers, int Attended,
    string? Story, string Presentation, string Condition, bool IsRepetition = false, double SideSwitchS = double.NaN)
{
    /// <summary>[samples] index of the talker that the listener looked at, −1 for none; null without gaze.</summary>
    public int[]? GazedTalker { get; init; }

    /// <summary>A trap of the data set that every reader of results from it must know; empty: none.</summary>
    public string Warning { get; init; } = "";

    /// <summary>Recording session; null where the files do not tell.</summary>
    public string? Session { get; init; }

    /// <summary>Who told the attended story, where that is known beside <see cref="TalkerStimulus.Speaker"/>; null: the attended talker's, if told.</summary>
    public string? Speaker { get; init; }

    /// <summary>Whether the envelopes were made from sound here, by the extractor that runs live.</summary>
    public bool EnvelopesFromSound { get; init; }

    public int SampleCount => Channels.Count == 0 ? 0 : Eeg.Length / Channels.Count;
}
