using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Separation.Devices.Measurement;

/// <summary>One channel of a measurement, for the report.</summary>
/// <param name="Channel">From 0.</param>
public sealed record ChannelTone(int Channel, ToneLevel Tone);

/// <summary>One output heard at one channel.</summary>
/// <param name="Output">From 0.</param>
/// <param name="Channel">From 0.</param>
public sealed record ChannelPath(int Output, int Channel, SoundPath Path);

/// <summary>
/// Measures a rig's device and turns it into a calibration: levels by a calibrator's tone, channels by chirps, the output by a calibrated microphone or a person's
/// reading. Refuses what cannot be right. Nobody wears the device meanwhile.
/// </summary>
public sealed class RigCalibrator(Rig rig, AudioDevice device)
{
    private const double ToneS = 3, ChirpS = 0.5, TailS = 0.3, PurityDb = 20, UnsteadyDb = 0.5, LouderDb = 6;
    private readonly DeviceRecorder _recorder = new(device);

    /// <summary>A calibrator sits on one microphone: its channel is the one that hears the tone, and its level is known from there on.</summary>
    /// <param name="microphone">Index in the array.</param>
    /// <param name="levelDbSpl">Of the calibrator.</param>
    /// <exception cref="InputDataException">No channel, or more than one, hears the tone; or it is not clean.</exception>
    public RigCalibration MicrophoneLevel(RigCalibration before, int microphone, double levelDbSpl, double frequencyHz, string day, out IReadOnlyList<ChannelTone> heard, CancellationToken cancellation)
    {
        heard = Tones(frequencyHz, cancellation);
        string name = rig.Array.Microphones[microphone].Name;
        var order = heard.OrderByDescending(h => h.Tone.LevelDbfs).ToList();
        Require(order[0], frequencyHz, $"microphone `{name}`");
        if (order.Count > 1 && order[0].Tone.LevelDbfs - order[1].Tone.LevelDbfs < LouderDb)
            throw new InputDataException(FormattableString.Invariant($"channels {order[0].Channel + 1} and {order[1].Channel + 1} hear the tone within {LouderDb} dB of each other ({order[0].Tone.LevelDbfs:F1} and {order[1].Tone.LevelDbfs:F1} dB re full scale), so which of them is microphone `{name}` is not clear. Seat the calibrator on one microphone; for a common sound field use --field."));
        int channel = order[0].Channel;
        if (before.Microphones.Select((m, i) => (m, i)).FirstOrDefault(o => o.i != microphone && o.m.Channel == channel && double.IsFinite(o.m.FullScaleDbSpl)) is { m: { } twin })
            throw new InputDataException($"the tone is on channel {channel + 1}, which was measured as microphone `{twin.Name}` before. The calibrator sits on another microphone than `{name}`, or the cables were changed meanwhile: measure `{twin.Name}` again first.");
        return Swap(before, microphone, channel, m => m with { FullScaleDbSpl = levelDbSpl - order[0].Tone.LevelDbfs, CalibratedOn = day });
    }

    /// <summary>All microphones in one sound field of known level.</summary>
    /// <inheritdoc cref="MicrophoneLevel"/>
    public RigCalibration FieldLevel(RigCalibration before, double levelDbSpl, double frequencyHz, string day, out IReadOnlyList<ChannelTone> heard, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(before);
        var tones = Tones(frequencyHz, cancellation);
        heard = tones;
        foreach (var m in before.Microphones) Require(tones[m.Channel], frequencyHz, $"microphone `{m.Name}`");
        return before with { Microphones = [.. before.Microphones.Select(m => m with { FullScaleDbSpl = levelDbSpl - tones[m.Channel].Tone.LevelDbfs, CalibratedOn = day })] };
    }

    /// <summary>A source of chirps (one of the outputs) is held at one microphone: its channel is the loudest, its polarity that of the arrival.</summary>
    /// <param name="invertedSource">Whether the source itself turns the polarity.</param>
    public RigCalibration MicrophoneChannel(RigCalibration before, int microphone, int output, double peakDbfs, bool invertedSource, out IReadOnlyList<ChannelPath> heard, CancellationToken cancellation)
    {
        heard = Paths(output, peakDbfs, cancellation);
        string name = rig.Array.Microphones[microphone].Name;
        var order = heard.OrderByDescending(h => h.Path.GainDb).ToList();
        if (!order[0].Path.Heard) throw new InputDataException(FormattableString.Invariant($"no channel hears output {output + 1} (the best arrival is {order[0].Path.PeakToNoiseDb:F0} dB over its noise, {SoundPath.HeardDb:F0} needed). Hold the receiver at microphone `{name}`, or raise --level-dbfs."));
        if (order.Count > 1 && order[1].Path.Heard && order[0].Path.GainDb - order[1].Path.GainDb < LouderDb)
            throw new InputDataException(FormattableString.Invariant($"channels {order[0].Channel + 1} and {order[1].Channel + 1} hear output {output + 1} within {LouderDb} dB of each other, so which of them is microphone `{name}` is not clear. Hold the receiver closer to it."));
        return Swap(before, microphone, order[0].Channel, m => m with { Inverted = order[0].Path.Inverted != invertedSource });
    }

    /// <summary>Whether left and right output are where they belong: each must be louder at its own ear's microphone, and both must have the same polarity.</summary>
    /// <exception cref="InputDataException">They are exchanged, one is inverted, or one is not heard.</exception>
    public IReadOnlyList<ChannelPath> CheckOutputs(RigCalibration calibration, double peakDbfs, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        MicrophoneCalibration left = calibration.Microphones[rig.Array.LeftReference], right = calibration.Microphones[rig.Array.RightReference];
        var fromLeft = Paths(0, peakDbfs, cancellation);
        var fromRight = Paths(1, peakDbfs, cancellation);
        IReadOnlyList<ChannelPath> all = [.. fromLeft, .. fromRight];
        SoundPath ll = fromLeft[left.Channel].Path, lr = fromLeft[right.Channel].Path, rl = fromRight[left.Channel].Path, rr = fromRight[right.Channel].Path;
        if (lr.Heard && rl.Heard && lr.GainDb > ll.GainDb && rl.GainDb > rr.GainDb)
            throw new InputDataException(FormattableString.Invariant($"the outputs are exchanged: output 1 (left) is louder at `{right.Name}` ({lr.GainDb:F1} dB against {ll.GainDb:F1}), output 2 (right) at `{left.Name}`. Exchange the plugs, or the two names in the rig's audio_device.outputs."));
        foreach (var (output, path, microphone) in (ReadOnlySpan<(int, SoundPath, string)>)[(1, ll, left.Name), (2, rr, right.Name)])
            if (!path.Heard) throw new InputDataException(FormattableString.Invariant($"output {output} is not heard at `{microphone}` (best arrival {path.PeakToNoiseDb:F0} dB over its noise, {SoundPath.HeardDb:F0} needed). Check its cable; raise --level-dbfs."));
        if (ll.Inverted != left.Inverted != (rr.Inverted != right.Inverted))
            throw new InputDataException($"the outputs have opposite polarity: a sound that is alike at both ears would be heard inside out. Turn the two wires of output {(ll.Inverted != left.Inverted ? 1 : 2)}, or set it in its amplifier.");
        return all;
    }

    /// <summary>Level of full scale at the ear, from a tone played at both outputs' place in turn and a microphone of known level that stands for the ear drum.</summary>
    /// <param name="coupler">Index of the calibrated microphone.</param>
    /// <returns>Full scale in dB SPL of the louder output.</returns>
    public double OutputLevel(RigCalibration calibration, int coupler, int output, double levelDbfs, double frequencyHz, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        var m = calibration.Microphones[coupler];
        if (!double.IsFinite(m.FullScaleDbSpl)) throw new ConfigurationException($"microphone `{m.Name}` has no level yet, so it cannot measure the output. First: attend calibrate RIG levels --microphone {m.Name} --level-db-spl ...");
        float[][] recorded = _recorder.PlayAndRecord(output, Tone(device.Options.RateHz, ToneS, frequencyHz, levelDbfs), 0.1, cancellation);
        int skip = (int)(0.5 * device.Options.RateHz); // the delay, and the fade
        var tone = ToneLevel.Measure(recorded[m.Channel].AsSpan(skip, (int)((ToneS - 1) * device.Options.RateHz)), device.Options.RateHz, frequencyHz);
        Require(new ChannelTone(m.Channel, tone), frequencyHz, $"microphone `{m.Name}`, which should hear output {output + 1},");
        return tone.LevelDbfs + m.FullScaleDbSpl - levelDbfs;
    }

    /// <summary>A sine with short fades.</summary>
    /// <param name="levelDbfs">Root mean square relative to full scale; a full-scale sine is −3.01.</param>
    public static float[] Tone(double rateHz, double seconds, double frequencyHz, double levelDbfs)
    {
        double peak = Math.Sqrt(2) * Math.Pow(10, levelDbfs / 20), fadeS = 0.05;
        if (!(peak <= 1.0001)) throw new ArgumentOutOfRangeException(nameof(levelDbfs), levelDbfs, "a sine has at most -3.01 dB relative to full scale, root mean square");
        var tone = new float[(int)Math.Round(seconds * rateHz)];
        for (int i = 0; i < tone.Length; i++)
        {
            double edge = Math.Min(1, Math.Min(i, tone.Length - 1 - i) / (fadeS * rateHz));
            tone[i] = (float)Math.Clamp(peak * (0.5 - 0.5 * Math.Cos(Math.PI * edge)) * Math.Sin(2 * Math.PI * frequencyHz * i / rateHz), -1, 1);
        }
        return tone;
    }

    private List<ChannelTone> Tones(double frequencyHz, CancellationToken cancellation) =>
        [.. _recorder.Record(ToneS, cancellation).Select((r, c) => new ChannelTone(c, ToneLevel.Measure(r, device.Options.RateHz, frequencyHz)))];

    private List<ChannelPath> Paths(int output, double peakDbfs, CancellationToken cancellation)
    {
        float[] chirp = Chirp.Make(device.Options.RateHz, ChirpS, peakDbfs);
        return [.. _recorder.PlayAndRecord(output, chirp, TailS, cancellation).Select((r, c) => new ChannelPath(output, c, SoundPath.Measure(chirp, r)))];
    }

    private static void Require(ChannelTone heard, double frequencyHz, string who)
    {
        var t = heard.Tone;
        string at = FormattableString.Invariant($"channel {heard.Channel + 1} ({t.LevelDbfs:F1} dB re full scale at {t.FrequencyHz:F1} Hz)");
        if (t.Clipped > 0) throw new InputDataException($"{who} clips: {t.Clipped} samples at full scale on {at}. Lower the gain of its preamplifier and measure again.");
        if (t.PurityDb < PurityDb) throw new InputDataException(FormattableString.Invariant($"{who} hears no clean tone of {frequencyHz} Hz: on {at} it is {t.PurityDb:F1} dB above everything else, {PurityDb} needed. Seat the calibrator, switch it on, and check --frequency-hz."));
        if (t.UnsteadyDb > UnsteadyDb) throw new InputDataException(FormattableString.Invariant($"the tone at {who} changes by {t.UnsteadyDb:F1} dB during the measurement, {UnsteadyDb} allowed ({at}). Hold the calibrator still; change its battery."));
    }

    /// <summary>A microphone takes a channel; the one that had it takes the other's.</summary>
    private static RigCalibration Swap(RigCalibration before, int microphone, int channel, Func<MicrophoneCalibration, MicrophoneCalibration> change)
    {
        var all = before.Microphones.ToArray();
        int had = Array.FindIndex(all, m => m.Channel == channel);
        all[had] = all[had] with { Channel = all[microphone].Channel };
        all[microphone] = change(all[microphone] with { Channel = channel });
        return before with { Microphones = all };
    }
}
