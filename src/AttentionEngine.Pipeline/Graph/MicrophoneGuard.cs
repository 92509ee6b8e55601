using AttentionEngine.Core.Health;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Separation.Safety;

namespace AttentionEngine.Pipeline.Graph;

/// <summary>Watches the array where its sound is: dead and clipping microphones, channels in the wrong order. Findings go to the recorder through a ring.</summary>
public sealed class MicrophoneGuard
{
    private const double ClippingEveryS = 1;
    private readonly MicrophoneArray _array;
    private readonly MicrophoneWatch _watch;
    private readonly ChannelOrderWatch _order;
    private readonly SpscRing<Finding> _findings = new(256);
    private readonly bool[] _said;
    private readonly long[] _clipped;
    private double _clippingSaidS = double.NegativeInfinity;

    private enum FindingKind { Dead, Back, Clipping, Order }

    private readonly record struct Finding(FindingKind Kind, int Microphone, MicrophoneState State, long Count, double TimeS);

    public MicrophoneGuard(MicrophoneArray array)
    {
        _array = array;
        _watch = new MicrophoneWatch(array.Count, array.SampleRateHz);
        _order = new ChannelOrderWatch(array);
        _said = new bool[array.Count];
        Array.Fill(_said, true);
        _clipped = new long[array.Count];
    }

    /// <summary>[M] microphones to use.</summary>
    public ReadOnlySpan<bool> Active => _watch.Active;

    /// <summary>Audio thread: sees a block.</summary>
    /// <param name="input">[M × frames] planar.</param>
    /// <param name="scene">Where talkers may be.</param>
    /// <param name="timeS">Of its last sample, on the capture host's clock.</param>
    /// <returns>True when <see cref="Active"/> has changed.</returns>
    public bool After(ReadOnlySpan<float> input, TalkerScene scene, double timeS)
    {
        bool changed = _watch.Observe(input);
        if (changed)
        {
            for (int m = 0; m < _said.Length; m++)
            {
                if (_said[m] == _watch.Active[m]) continue;
                _said[m] = _watch.Active[m];
                _findings.TryAdd(new Finding(_said[m] ? FindingKind.Back : FindingKind.Dead, m, _watch.States[m], 1, timeS));
            }
        }
        if (timeS - _clippingSaidS >= ClippingEveryS) SayClipping(timeS);
        if (_order.Observe(input, scene)) _findings.TryAdd(new Finding(FindingKind.Order, -1, MicrophoneState.Good, 1, timeS));
        return changed;
    }

    /// <summary>Recording thread: hands on what was found.</summary>
    public void Report(IHealthSink health)
    {
        while (_findings.TryTake(out var f)) health.Report(new HealthEvent(StreamTime.FromSeconds(f.TimeS), HealthKind.Sensor, StreamRole.Audio.ToString(), f.Count, Describe(f)));
    }

    private void SayClipping(double timeS)
    {
        for (int m = 0; m < _clipped.Length; m++)
        {
            long count = _watch.Clipped[m] - _clipped[m];
            if (count == 0) continue;
            _clipped[m] = _watch.Clipped[m];
            _clippingSaidS = timeS;
            _findings.TryAdd(new Finding(FindingKind.Clipping, m, MicrophoneState.Good, count, timeS));
        }
    }

    private string Describe(Finding f)
    {
        string name = f.Microphone < 0 ? "" : $"microphone `{_array.Microphones[f.Microphone].Name}` (channel {f.Microphone + 1})";
        return f.Kind switch
        {
            FindingKind.Dead => $"{name} is dead: {Why(f.State)}. The filters are designed without it; check its cable, gain and power",
            FindingKind.Back => $"{name} is alive again and is used",
            FindingKind.Clipping => $"{name} clips: {f.Count} samples at full scale since the last message. Lower its gain",
            _ => _order.Found is { } order
                ? $"the channels seem to be in another order than the rig's: {string.Join(", ", order.Select((m, c) => (m, c)).Where(p => p.m != p.c).Select(p => $"channel {p.c + 1} sounds like `{_array.Microphones[p.m].Name}`"))}. Check the cables or the order in the rig"
                : "the channels are in the rig's order again",
        };
    }

    private static string Why(MicrophoneState state) => state switch
    {
        MicrophoneState.Constant => "its signal does not change while others hear something",
        MicrophoneState.NoNumbers => "its samples are not numbers",
        MicrophoneState.Loud => "it is more than 30 dB above the others",
        _ => "it is more than 30 dB below the others",
    };
}
