using System.Text;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Separation.Native;

namespace AttentionEngine.Separation.Devices;

/// <summary>
/// A duplex audio device whose callback runs in native code: an <see cref="AudioPath"/> between its inputs and outputs where one is attached,
/// silence otherwise. Everything that came in and was played is read from a ring by one thread, which also calls <see cref="Service"/>.
/// </summary>
public sealed unsafe class AudioDevice : IDisposable
{
    private const int MessageBytes = 4096;
    private readonly AudioDeviceHandle _handle;
    private readonly Lock _control = new(); // opening, attaching and closing exclude each other; reading needs none
    private AudioPath? _path;
    private bool _disposed;

    /// <exception cref="StreamMissingException">The library, server, device or a port is not there, or runs at another rate.</exception>
    public AudioDevice(AudioDeviceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        byte[] server = Text(options.Server ?? ""), client = Text(options.Client), inputs = Text(string.Join('\n', options.InputNames)), outputs = Text(string.Join('\n', options.OutputNames));
        byte* message = stackalloc byte[MessageBytes];
        fixed (byte* s = server, c = client, i = inputs, o = outputs)
        {
            var config = new DeviceNative.Config
            {
                Kind = (int)options.Kind, Inputs = options.Inputs, Outputs = options.Outputs, BlockFrames = options.BlockFrames,
                RingFrames = Math.Max(1024, (int)(options.RingS * options.RateHz)), RateHz = options.RateHz,
                Server = options.Server is null ? null : s, Client = c, InputNames = options.InputNames.Count == 0 ? null : i, OutputNames = options.OutputNames.Count == 0 ? null : o,
            };
            var result = DeviceNative.Open(config, out nint device, message, MessageBytes);
            if (result is DeviceNative.Result.Missing or DeviceNative.Result.Mismatch) throw new StreamMissingException(Read(message));
            if (result != DeviceNative.Result.Ok) throw new ArgumentException($"the native device refuses this configuration ({result}): {options}");
            _handle = new AudioDeviceHandle(device);
        }
    }

    public AudioDeviceOptions Options { get; }

    /// <summary>Channels of what is read: inputs, then outputs.</summary>
    public int Channels => Options.Inputs + Options.Outputs;

    public AudioDeviceStatus Status
    {
        get
        {
            Check(DeviceNative.GetStatus(_handle, out var s));
            return new AudioDeviceStatus(s.State != DeviceNative.StateLost, s.BlockFrames, s.Samples, s.LostSamples, s.DroppedSamples, s.Xruns, s.BlockChanges, s.CallbackNsMax * 1e-6,
                s.StimulusSample, s.Restarts, s.InputLatencyFrames, s.OutputLatencyFrames, s.RateHz);
        }
    }

    /// <summary>From the next callback on, the path runs between inputs and the first two outputs. It is not disposed here; detach it before it is.</summary>
    /// <param name="wiring">Which input each microphone is, and its gain.</param>
    public void Attach(AudioPath path, MicrophoneWiring wiring)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(wiring);
        if (wiring.Channels.Count != path.Microphones) throw new ArgumentException($"the wiring has {wiring.Channels.Count} microphones, the path {path.Microphones}", nameof(wiring));
        Span<int> channels = [.. wiring.Channels];
        Span<float> gains = [.. wiring.Gains];
        lock (_control)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            fixed (int* c = channels)
            fixed (float* g = gains) Check(DeviceNative.SetPath(_handle, path.Handle, path.Microphones, c, g));
            _path = path;
        }
    }

    /// <summary>No path: silence.</summary>
    public void Detach()
    {
        lock (_control)
        {
            if (_disposed || _path is null) return;
            Check(DeviceNative.ClearPath(_handle, 0, 0, null, null));
            _path = null;
        }
    }

    /// <summary>Plays a sound once at one output, as it is: for measurements, never into an ear. See <see cref="AudioDeviceStatus.StimulusSample"/>.</summary>
    /// <param name="samples">Within ±1.</param>
    public void Play(int output, ReadOnlySpan<float> samples)
    {
        lock (_control)
            fixed (float* s = samples) Check(DeviceNative.Play(_handle, output, s, samples.Length));
    }

    /// <summary>Oldest frames that have not been read, of one callback; false when there are none.</summary>
    /// <param name="interleaved">[frames × <see cref="Channels"/>]: inputs as they came, then what was played.</param>
    public bool TryRead(Span<float> interleaved, out DeviceBlock block)
    {
        DeviceNative.Result result;
        DeviceNative.Block b;
        fixed (float* f = interleaved) result = DeviceNative.Read(_handle, f, interleaved.Length / Channels, out b);
        block = new DeviceBlock(b.FirstSample, b.TimeNs, b.LostBefore, b.ServerFrame, b.Frames, b.Behind, b.Restarts);
        if (result is not (DeviceNative.Result.Ok or DeviceNative.Result.Empty)) Check(result);
        return result == DeviceNative.Result.Ok;
    }

    /// <summary>Reader's thread, often: finds a device that has stopped and tries twice a second to get it back.</summary>
    /// <returns>Null while it runs; else why not.</returns>
    public string? Service()
    {
        byte* message = stackalloc byte[MessageBytes];
        *message = 0;
        lock (_control)
        {
            if (_disposed) return "closed";
            var result = DeviceNative.Service(_handle, message, MessageBytes);
            if (result == DeviceNative.Result.Ok) return null;
            if (result is not (DeviceNative.Result.Missing or DeviceNative.Result.Mismatch)) Check(result);
            return Read(message);
        }
    }

    /// <summary>A virtual device's callback.</summary>
    /// <param name="input">[inputs × frames] planar.</param>
    /// <param name="output">[outputs × frames] planar.</param>
    /// <param name="lost">Frames lost before it.</param>
    public void Drive(ReadOnlySpan<float> input, Span<float> output, int frames, long timeNs, long lost = 0)
    {
        if (input.Length != Options.Inputs * frames || output.Length != Options.Outputs * frames)
            throw new ArgumentException($"{frames} frames need {Options.Inputs * frames} input and {Options.Outputs * frames} output samples; got {input.Length} and {output.Length}");
        fixed (float* i = input, o = output) Check(DeviceNative.Drive(_handle, i, o, frames, timeNs, lost));
    }

    /// <summary>A virtual device goes; <see cref="Service"/> gets it back.</summary>
    public void Unplug() => Check(DeviceNative.Unplug(_handle));

    public void Dispose()
    {
        lock (_control)
        {
            if (_disposed) return;
            _disposed = true;
            _handle.Dispose();
            _path = null;
        }
    }

    /// <summary>What there is, one tab-separated line each (attention_engine_io.h), or why there is nothing.</summary>
    internal static (IReadOnlyList<string[]> Lines, string? Missing) List(AudioDeviceKind kind, string? server)
    {
        const int textBytes = 1 << 18;
        byte[] text = new byte[textBytes];
        byte* message = stackalloc byte[MessageBytes];
        fixed (byte* t = text)
        {
            var result = DeviceNative.List((int)kind, server, t, textBytes, message, MessageBytes);
            if (result == DeviceNative.Result.Missing) return ([], Read(message));
            Check(result);
            return ([.. Read(t).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t'))], null);
        }
    }

    private static byte[] Text(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    private static string Read(byte* text) => System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)text) ?? "";

    private static void Check(DeviceNative.Result result)
    {
        if (result != DeviceNative.Result.Ok) throw new ArgumentException($"the native audio device says {result}");
    }
}
