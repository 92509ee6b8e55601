using System.Text.Json;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Simulation.Render;

/// <summary>
/// Writes the ground truth of a session: <c>truth/truth.json</c> (schema attend.truth/1) and <c>truth/images.wav</c>. Only scoring may
/// read them.
/// </summary>
public sealed class TruthWriter
{
    public const string Schema = "attend.truth/1";
    private const int BlockFrames = 4096;
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    private readonly SimulatedSession _session;
    private readonly string _folder;
    private double _scale = 1;

    /// <param name="sessionFolder">The session's root.</param>
    public TruthWriter(SimulatedSession session, string sessionFolder)
    {
        _session = session;
        _folder = Path.Combine(sessionFolder, "truth");
        Directory.CreateDirectory(_folder);
    }

    /// <summary>Writes each talker's image at each microphone: [K · M channels, talker-major], 16-bit, scaled to use the range.</summary>
    public void WriteImages()
    {
        float[][] channels = [.. _session.Recording.Images.SelectMany(talker => talker)];
        float peak = channels.Max(c => Math.Max(c.Max(), -c.Min()));
        _scale = peak > 0 ? peak * (32768.0 / 32767.0) : 1;
        float gain = (float)(1 / _scale);
        using var wav = new WavWriter(Path.Combine(_folder, "images.wav"), channels.Length, (int)Math.Round(_session.Signals.RateHz), WavEncoding.Pcm16);
        var block = new float[BlockFrames * channels.Length];
        for (int start = 0; start < channels[0].Length; start += BlockFrames)
        {
            int frames = Math.Min(BlockFrames, channels[0].Length - start);
            for (int c = 0; c < channels.Length; c++)
                for (int i = 0; i < frames; i++) block[i * channels.Length + c] = gain * channels[c][start + i];
            wav.Append(block.AsSpan(0, frames * channels.Length));
        }
    }

    /// <summary>Writes the rest, after <see cref="WriteImages"/>.</summary>
    /// <param name="startS">Start of the scene, LSL seconds.</param>
    public void WriteJson(double startS)
    {
        var scene = _session.Scene;
        object Span(int talker, double fromS, double toS) => new { Talker = talker < 0 ? null : scene.Talkers[talker].Id, StartS = startS + fromS, EndS = startS + toS };
        double TravelS(int talker) => _session.Senses.TravelS(talker); // activity is given at the head
        var truth = new
        {
            Schema,
            _session.Seed,
            Scene = scene.Name,
            Talkers = scene.Talkers.Select(t => new { t.Id, t.Conversation, PositionM = new[] { t.PositionRoomM.X, t.PositionRoomM.Y, t.PositionRoomM.Z } }),
            Audio = new { FirstSampleTimeS = startS, RateHz = _session.Signals.RateHz, _session.Signals.Samples, ImagesScale = _scale },
            Attended = _session.Plan.Attended.Select(a => Span(a.Talker, a.StartS, a.EndS)),
            Activity = _session.Signals.Activity.Select(a => Span(a.Talker, a.StartS + TravelS(a.Talker), a.EndS + TravelS(a.Talker))),
            _session.Listener,
        };
        using var file = new FileStream(Path.Combine(_folder, "truth.json"), FileMode.CreateNew);
        JsonSerializer.Serialize(file, truth, Options);
    }
}
