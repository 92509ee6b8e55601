namespace AttentionEngine.Attention;

/// <summary>Silence after which a sense counts as gone and gives no evidence, seconds.</summary>
public sealed record StaleTimes(double GazeS = 0.5, double HeadS = 0.5, double VisionS = 1, double BeamsS = 0.5, double EegS = 1);

/// <summary>The EEG stream that a decoder will be given.</summary>
/// <param name="Labels">Channel labels, in the stream's order.</param>
/// <param name="RateHz">Nominal rate, ≥ 64 Hz.</param>
public sealed record EegStream(IReadOnlyList<string> Labels, double RateHz);
