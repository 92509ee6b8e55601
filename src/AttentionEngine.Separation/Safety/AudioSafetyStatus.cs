namespace AttentionEngine.Separation.Safety;

/// <summary>What is wrong with the sound now; native/include/attention_engine_safety.h says what each does.</summary>
[Flags]
public enum AudioFaults
{
    None = 0,

    /// <summary>No gains for 200 ms: the last good steering plays on, until the hold has passed: then limited pass-through.</summary>
    Control = 1,

    /// <summary>An ear's microphone or most microphones give no numbers: silence until 100 ms after.</summary>
    Input = 2,

    /// <summary>The limiter gave something that is no sound: silence until restart.</summary>
    Output = 4,

    /// <summary>Feedback: the gain is cut.</summary>
    Howl = 8,

    /// <summary>The dose is used up: silence until restart.</summary>
    Dose = 16,

    /// <summary>The participant's stop: silence until restart.</summary>
    Stopped = 32,
}

/// <param name="Samples">Frames processed when this was written.</param>
/// <param name="Dose">A-weighted energy at the louder ear, full scale² · s; <see cref="EarProtection.DosePa2H"/> makes Pa²h of it.</param>
/// <param name="Howls">Cuts made.</param>
/// <param name="LevelGain">Of the long-term limit, linear.</param>
/// <param name="HowlGain">Of the howl cut, linear.</param>
/// <param name="MuteGain">0 = silent.</param>
public readonly record struct AudioSafetyStatus(long Samples, double Dose, AudioFaults Faults, int Howls, float LevelGain, float HowlGain, float MuteGain);
