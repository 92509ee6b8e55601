using System.Diagnostics;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Separation.Devices.Measurement;

/// <summary>Plays to a device and records from it, whole or not at all: a recording with a lost frame is made again. For measurements; no path may be attached.</summary>
public sealed class DeviceRecorder(AudioDevice device)
{
    private const int Tries = 8;
    private const double PatienceS = 5;

    /// <summary>Plays at one output and records all inputs.</summary>
    /// <param name="tailS">How much longer than the sound to record.</param>
    /// <returns>[inputs][frames] from the frame on at which the sound began.</returns>
    /// <exception cref="StreamMissingException">The device stopped.</exception>
    /// <exception cref="DataLossException">Frames were lost in every try.</exception>
    public float[][] PlayAndRecord(int output, ReadOnlySpan<float> sound, double tailS, CancellationToken cancellation)
    {
        int frames = sound.Length + (int)Math.Round(tailS * device.Options.RateHz);
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            Clear();
            device.Play(output, sound);
            if (Take(frames, () => device.Status.StimulusSample, cancellation) is { } recorded) return recorded;
        }
        throw Lost();
    }

    /// <summary>Records all inputs.</summary>
    /// <returns>[inputs][frames].</returns>
    /// <inheritdoc cref="PlayAndRecord"/>
    public float[][] Record(double seconds, CancellationToken cancellation)
    {
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            Clear();
            if (Take((int)Math.Round(seconds * device.Options.RateHz), () => 0, cancellation) is { } recorded) return recorded;
        }
        throw Lost();
    }

    private DataLossException Lost() => new($"frames were lost in each of {Tries} recordings ({device.Status.Xruns} xruns so far): the machine is too slow for this block. Give the audio server a larger one, or real-time priority, and end other programs");

    private void Clear()
    {
        var scratch = new float[4096 * device.Channels];
        while (device.TryRead(scratch, out _)) { }
    }

    /// <returns>Null where a frame was lost.</returns>
    private float[][]? Take(int frames, Func<long> start, CancellationToken cancellation)
    {
        int inputs = device.Options.Inputs, channels = device.Channels;
        var recorded = new float[inputs][];
        for (int c = 0; c < inputs; c++) recorded[c] = new float[frames];
        var scratch = new float[4096 * channels];
        long next = -1;
        int filled = 0;
        var quiet = Stopwatch.StartNew();
        while (filled < frames)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!device.TryRead(scratch, out var block))
            {
                if (device.Service() is { } why) throw new StreamMissingException($"the audio device stopped during the measurement: {why}");
                if (quiet.Elapsed.TotalSeconds > PatienceS) throw new StreamMissingException($"the audio device gave no frame for {PatienceS} s");
                Thread.Sleep(1);
                continue;
            }
            quiet.Restart();
            if (next >= 0 && block.FirstSample != next) return null;
            next = block.FirstSample + block.Frames;
            long first = start();
            if (first < 0) continue; // not begun
            for (int i = (int)Math.Max(0, first - block.FirstSample); i < block.Frames && filled < frames; i++, filled++)
                for (int c = 0; c < inputs; c++) recorded[c][filled] = scratch[i * channels + c];
        }
        return recorded;
    }
}
