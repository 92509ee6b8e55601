using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Analysis.Scoring;

/// <summary>The sound of a session as it was heard and played. Everything starts at sample 0 of the session's audio stream.</summary>
/// <param name="Array">For the reference microphones of the ears.</param>
/// <param name="Mixture">[M × frames] what the microphones gave.</param>
/// <param name="Steered">[2 × frames] left, right; delayed by <paramref name="AlgorithmicDelayS"/>.</param>
/// <param name="AlgorithmicDelayS">Declared delay of the sound path, seconds.</param>
public sealed record SpeechInput(MicrophoneArray Array, PlanarAudio Mixture, PlanarAudio Steered, double AlgorithmicDelayS)
{
    /// <summary>Reads <c>steered.wav</c> of a session.</summary>
    public static SpeechInput Read(string sessionDir, MicrophoneArray array, PlanarAudio mixture, double algorithmicDelayS)
    {
        string path = Path.Combine(sessionDir, "steered.wav");
        mixture.RequireChannels(array.Count, Path.Combine(sessionDir, "session.xdf"));
        return new SpeechInput(array, mixture, AudioFile.Read(path).RequireChannels(2, path), algorithmicDelayS);
    }
}
