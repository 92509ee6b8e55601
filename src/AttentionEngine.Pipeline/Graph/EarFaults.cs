using AttentionEngine.Core.Health;
using AttentionEngine.Core.Time;
using AttentionEngine.Separation.Safety;

namespace AttentionEngine.Pipeline.Graph;

/// <summary>Faults of the sound at the ears, from the audio thread to the recorder. Each that begins or ends is one health event.</summary>
public sealed class EarFaults
{
    private readonly SpscRing<(AudioFaults Faults, double TimeS)> _changes = new(256);
    private AudioFaults _said;
    private volatile bool _ended;

    /// <summary>Audio thread: what holds from <paramref name="timeS"/> on.</summary>
    public void Add(AudioFaults faults, double timeS) => _changes.TryAdd((faults, timeS));

    /// <summary>The run has ended: no more decisions come, and that is no fault.</summary>
    public void Ended() => _ended = true;

    /// <summary>Recording thread.</summary>
    public void Report(IHealthSink health)
    {
        while (_changes.TryTake(out var change))
        {
            for (int bit = 1; bit <= (int)AudioFaults.Stopped; bit <<= 1)
            {
                var fault = (AudioFaults)bit;
                bool now = change.Faults.HasFlag(fault);
                if (now == _said.HasFlag(fault) || (_ended && fault == AudioFaults.Control)) continue;
                health.Report(new HealthEvent(StreamTime.FromSeconds(change.TimeS), HealthKind.Fault, "ears", 1, now ? Began(fault) : $"{fault.ToString().ToLowerInvariant()}: over"));
            }
            _said = change.Faults;
        }
    }

    private static string Began(AudioFaults fault) => fault switch
    {
        AudioFaults.Control => FormattableString.Invariant($"control: no decision for {EarProtection.LateMs} ms; the last steering plays on, until the hold of the rig's output has passed: then pass-through"),
        AudioFaults.Input => "input: the microphones of the ears give no numbers; silence until they do",
        AudioFaults.Output => "output: the limiter gave no sound; silence until restart",
        AudioFaults.Howl => "howl: feedback, or a loud lone tone; the gain is cut. Move the receiver away from the microphones, or lower the gain",
        AudioFaults.Dose => "dose: this participant's sound of seven days is used up; silence until restart",
        _ => "stopped: the participant's stop; silence until restart",
    };
}
