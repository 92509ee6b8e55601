namespace AttentionEngine.Core.Eeg;

/// <summary>
/// What a participant's models look like on the scalp and over time, from all trials (for pictures, not for scores): the activation pattern of the
/// backward model (Haufe et al. 2014) and temporal response functions of the forward model.
/// </summary>
/// <param name="ChannelNames">[M] scalp channels.</param>
/// <param name="Directions">[M][3] unit directions in HEAD (x front, y left, z up); empty where the place is not known.</param>
/// <param name="PatternLagS">[L] EEG after sound.</param>
/// <param name="Pattern">[L][M]</param>
/// <param name="PatternLambda">Median over the held-out trials, in the job's convention.</param>
/// <param name="TrfLagS">[N] EEG after sound.</param>
/// <param name="Attended">[N][M] EEG per standard deviation of the attended envelope.</param>
/// <param name="Unattended">[N][M] the same for the other talkers, mean over them; empty with one talker.</param>
/// <param name="TrfLambda">Per sample; best mean correlation over trials left out in turn.</param>
/// <param name="TrfCorrelation">That correlation, mean over trials and channels, attended talker.</param>
public sealed record DecoderMaps(
    IReadOnlyList<string> ChannelNames, double[][] Directions, double[] PatternLagS, double[][] Pattern, double PatternLambda,
    double[] TrfLagS, double[][] Attended, double[][] Unattended, double TrfLambda, double TrfCorrelation);
