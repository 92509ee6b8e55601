using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Separation;

/// <summary>Part of the delay from microphone to ear.</summary>
/// <param name="Algorithmic">Whether the output lags the input by it as a signal (a recording shows it); blocks only add to it live.</param>
public sealed record DelayRow(string Name, double Ms, bool Algorithmic);

/// <summary>What the audio thread took.</summary>
public enum TakenKind
{
    /// <summary>A filter set; the id is <c>BeamformerWeights.Id</c>.</summary>
    Weights = 0,

    /// <summary>Gains; the id is the command's tick + 1.</summary>
    Gains = 1,

    /// <summary>Fade to pass-through (id 1) or back (id 0).</summary>
    Bypass = 2,

    /// <summary>The faults that hold from this sample on; the id is an <see cref="AudioFaults"/>.</summary>
    Fault = 3,
}

/// <summary>Counters of a path since creation or reset.</summary>
/// <param name="Samples">Frames processed.</param>
/// <param name="WeightsId">Set in use; 0 = pass-through.</param>
/// <param name="GainsId">Gains in use (tick + 1); 0 = none yet.</param>
/// <param name="BadInputSamples">Input samples that were not finite or absurd, replaced by 0.</param>
/// <param name="LimitedSamples">Frames whose gain the limiter reduced.</param>
/// <param name="RejectedPushes">Pushes refused.</param>
/// <param name="TakenLost">Reports that nobody read in time.</param>
/// <param name="LimiterGain">Of the last frame, linear.</param>
/// <param name="Bypassed">Whether pass-through is heard.</param>
public readonly record struct AudioPathStatus(long Samples, long WeightsId, long GainsId, long BadInputSamples, long LimitedSamples, long RejectedPushes, long TakenLost, float LimiterGain, bool Bypassed);

/// <summary>Length and delay of the applied filters in samples.</summary>
public readonly record struct FilterLayout(int Taps, int DelaySamples)
{
    public static FilterLayout Of(MicrophoneArray array, AudioPathSettings settings)
    {
        ArgumentNullException.ThrowIfNull(array);
        ArgumentNullException.ThrowIfNull(settings);
        int taps = Math.Max(2, (int)Math.Round(settings.TapsMs * array.SampleRateHz / 1000));
        return new FilterLayout(taps, Math.Clamp((int)Math.Round(settings.DelayMs * array.SampleRateHz / 1000), 0, taps - 1));
    }
}
