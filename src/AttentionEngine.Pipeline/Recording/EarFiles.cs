using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Pipeline.Graph;

namespace AttentionEngine.Pipeline.Recording;

/// <summary><c>steered.wav</c> and <c>unprocessed.wav</c> (left and right reference microphone), sample for sample. Host thread only.</summary>
public sealed class EarFiles : IDisposable
{
    private const int MaxFrames = 4096;
    private readonly AudioStage _audio;
    private readonly WavWriter _steered, _unprocessed;
    private readonly float[] _ears = new float[AudioStage.Ears * MaxFrames];
    private readonly float[] _microphones;
    private readonly float[] _references = new float[AudioStage.Ears * MaxFrames];
    private readonly int _left, _right;
    private long _written;

    public EarFiles(string steeredPath, string unprocessedPath, AudioStage audio, MicrophoneArray array)
    {
        _audio = audio;
        int rate = (int)Math.Round(array.SampleRateHz);
        _steered = new WavWriter(steeredPath, AudioStage.Ears, rate);
        _unprocessed = new WavWriter(unprocessedPath, AudioStage.Ears, rate);
        _microphones = new float[array.Count * MaxFrames];
        (_left, _right) = (array.LeftReference, array.RightReference);
    }

    /// <summary>Samples that this writer was too slow for (the files then hold silence in their place).</summary>
    public long Lost { get; private set; }

    /// <summary>Writes everything that has been processed since the last call.</summary>
    public void Drain()
    {
        while (true)
        {
            int frames = (int)Math.Min(MaxFrames, _audio.Output.Written - _written);
            if (frames == 0) return;
            bool ok = _audio.Output.TryCopy(_written, frames, _ears) & _audio.Microphones.TryCopy(_written, frames, _microphones);
            if (!ok) { Lost += frames; _ears.AsSpan().Clear(); _microphones.AsSpan().Clear(); }
            _microphones.AsSpan(_left * frames, frames).CopyTo(_references);
            _microphones.AsSpan(_right * frames, frames).CopyTo(_references.AsSpan(frames));
            _steered.AppendPlanar(_ears.AsSpan(0, AudioStage.Ears * frames));
            _unprocessed.AppendPlanar(_references.AsSpan(0, AudioStage.Ears * frames));
            _written += frames;
        }
    }

    public void Dispose()
    {
        _steered.Dispose();
        _unprocessed.Dispose();
    }
}
