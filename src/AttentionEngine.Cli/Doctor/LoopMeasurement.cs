using System.Globalization;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Separation;
using AttentionEngine.Separation.Devices;
using AttentionEngine.Separation.Devices.Measurement;

namespace AttentionEngine.Cli.Doctor;

/// <summary><c>attend doctor --loop RIG</c>: the delay from output back to input of a rig's device, measured; and from microphone to ear with the rig's filters.</summary>
internal static class LoopMeasurement
{
    private const int Repetitions = 3;

    /// <param name="output">From 1.</param>
    public static int Run(string rigFile, int output, double levelDbfs, bool json, CancellationToken cancellation)
    {
        var rig = RigReader.Read(rigFile);
        using var device = RigDevices.Open(rig, withOutput: true);
        double rateHz = rig.Array.SampleRateHz;
        var loops = LoopDelay.Measure(device, output - 1, levelDbfs, Repetitions, cancellation);
        var status = device.Status;
        using var path = new AudioPath(rig.Array, rig.AudioPath, 1);
        var heard = loops.Where(l => l.Path.Heard).ToList();
        var rows = loops.Select(l => new
        {
            Input = l.Input + 1, l.Path.Heard,
            DelaySamples = l.Path.Heard ? l.Path.DelaySamples : double.NaN, DelayMs = l.Path.Heard ? l.Path.DelaySamples * 1000 / rateHz : double.NaN, l.SpreadSamples,
            l.Path.GainDb, l.Path.Inverted, l.Path.PeakToNoiseDb,
            MicrophoneToEarMs = l.Path.Heard ? (l.Path.DelaySamples + path.AlgorithmicDelaySamples) * 1000 / rateHz : double.NaN,
        }).ToList();
        if (json)
        {
            JsonOutput.Print(new
            {
                Schema = "attend.doctor-loop/1", Rig = rig.Name, RateHz = rateHz, status.BlockFrames, DeclaredLatencyFrames = status.InputLatencyFrames + status.OutputLatencyFrames,
                status.Xruns, path.AlgorithmicDelayMs, Output = output, Inputs = rows,
            });
        }
        else
        {
            Print(FormattableString.Invariant($"{rig.Name}: {rateHz} Hz, blocks of {status.BlockFrames} frames; the device declares {status.InputLatencyFrames} + {status.OutputLatencyFrames} frames"));
            foreach (var r in rows)
            {
                Print(r.Heard
                    ? FormattableString.Invariant($"output {output} -> input {r.Input}: {r.DelaySamples:F2} samples = {r.DelayMs:F3} ms (spread of {Repetitions}: {r.SpreadSamples:F2} samples), gain {r.GainDb:F1} dB{(r.Inverted ? ", inverted" : "")}; microphone to ear with this rig's filters: {r.MicrophoneToEarMs:F2} ms")
                    : string.Create(CultureInfo.InvariantCulture, $"output {output} -> input {r.Input}: not heard ({(double.IsFinite(r.PeakToNoiseDb) ? $"peak {r.PeakToNoiseDb:F0} dB over its noise, {SoundPath.HeardDb:F0} needed" : "silence")})"));
            }
        }
        if (heard.Count > 0) return ExitCode.Ok;
        throw new StreamMissingException($"no input hears output {output}. Join them with a wire (or hold a microphone at the receiver), or raise --level-dbfs (now {levelDbfs.ToString(CultureInfo.InvariantCulture)}).");
    }

    private static void Print(string line) => Console.Out.WriteLine(line);
}
