using System.Xml.Linq;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Simulation.Listener;

namespace AttentionEngine.Simulation.Render;

/// <summary>The streams of a rig with the metadata that rigs/README.md promises, and how late their devices send.</summary>
internal sealed class SessionStreams(Rig rig, SeededRandom random)
{
    private const double AudioChunkS = 0.01;
    private const string Manufacturer = "AttentionEngine simulator";

    /// <param name="mixture">[M][samples].</param>
    public SimulatedStream Audio(float[][] mixture)
    {
        int microphones = mixture.Length, samples = mixture[0].Length;
        var interleaved = new float[microphones * samples];
        for (int m = 0; m < microphones; m++)
            for (int i = 0; i < samples; i++) interleaved[i * microphones + m] = mixture[m][i];
        double rateHz = rig.Array.SampleRateHz;
        var info = Info(StreamRole.Audio, "Audio", rateHz, ChannelFormat.Float32, rig.Array.Microphones.Select(m => (m.Name, "Audio", "normalized")));
        return new SampledStream<float>(info, interleaved, (int)(AudioChunkS * rateHz), new SendDelay(0.001, 0.0005), LatencyS(StreamRole.Audio), Fork(StreamRole.Audio));
    }

    /// <param name="frames">[samples × 7] at 100 Hz.</param>
    public SimulatedStream Head(float[] frames)
    {
        string[] labels = ["PositionX", "PositionY", "PositionZ", "OrientationW", "OrientationX", "OrientationY", "OrientationZ"];
        var info = Info(StreamRole.Head, "MoCap", ListenerMotion.HeadRateHz, ChannelFormat.Float32, labels.Select(l => (l, l, l[0] == 'P' ? "meters" : "quaternion")),
            new XElement("setup", new XElement("reference_frame", "ROOM: x front, y left, z up; quaternion roomFromHead")));
        return new SampledStream<float>(info, frames, 1, new SendDelay(0.004, 0.001), LatencyS(StreamRole.Head), Fork(StreamRole.Head));
    }

    /// <param name="frames">[samples × 4] at 120 Hz.</param>
    public SimulatedStream Gaze(float[] frames)
    {
        string[] labels = ["DirectionX", "DirectionY", "DirectionZ", "Confidence"];
        var info = Info(StreamRole.Gaze, "Gaze", ListenerMotion.GazeRateHz, ChannelFormat.Float32, labels.Select(l => (l, l, "normalized")),
            new XElement("setup", new XElement("reference_frame", "HEAD: x front, y left, z up"), new XElement("eye", "both")));
        return new SampledStream<float>(info, frames, 1, new SendDelay(0.012, 0.003), LatencyS(StreamRole.Gaze), Fork(StreamRole.Gaze));
    }

    /// <param name="frames">[samples × electrodes], microvolts.</param>
    public SimulatedStream Eeg(float[] frames, double rateHz, IReadOnlyList<string> labels)
    {
        var info = Info(StreamRole.Eeg, "EEG", rateHz, ChannelFormat.Float32, labels.Select(l => (l, "EEG", "microvolts")),
            new XElement("cap", new XElement("labelscheme", "10-20")), new XElement("reference", new XElement("common_average", "Yes")));
        return new SampledStream<float>(info, frames, 4, new SendDelay(0.006, 0.002), LatencyS(StreamRole.Eeg), Fork(StreamRole.Eeg));
    }

    /// <param name="frames">[samples × 3 K] at 10 Hz: x, y, z of each talker, ROOM, metres.</param>
    public SimulatedStream Talkers(float[] frames, IReadOnlyList<string> ids)
    {
        var info = Info(StreamRole.Talkers, "Position", SimulatedSenses.PositionsRateHz, ChannelFormat.Float32, ids.SelectMany(id => "XYZ".Select(axis => ($"{id}_{axis}", $"Position{axis}", "meters"))),
            new XElement("setup", new XElement("reference_frame", "ROOM: x front, y left, z up")));
        return new SampledStream<float>(info, frames, 1, new SendDelay(0.005, 0.002), LatencyS(StreamRole.Talkers), Fork(StreamRole.Talkers));
    }

    /// <param name="frames">Number of frames.</param>
    /// <param name="videoUri">Where the pictures lie, relative to the session's folder.</param>
    public SimulatedStream EgoCamera(int frames, CameraModel camera, string videoUri)
    {
        int[] indices = [.. Enumerable.Range(0, frames)];
        var info = Info(StreamRole.EgoCamera, "VideoFrames", camera.RateHz, ChannelFormat.Int32, [("FrameIndex", "FrameIndex", "frames")],
            new XElement("video", new XElement("uri", videoUri), new XElement("width_px", camera.WidthPx), new XElement("height_px", camera.HeightPx), new XElement("format", "y4m mono")));
        return new SampledStream<int>(info, indices, 1, new SendDelay(0.03, 0.004), LatencyS(StreamRole.EgoCamera), Fork(StreamRole.EgoCamera));
    }

    public SimulatedStream Markers(double durationS) =>
        new MarkerStream(Info(StreamRole.Markers, "Markers", 0, ChannelFormat.Text, [("Marker", "Marker", "")]), [(0, "scene_start"), (durationS, "scene_stop")], new SendDelay(0.001, 0.001), Fork(StreamRole.Markers));

    private StreamInfo Info(StreamRole role, string type, double rateHz, ChannelFormat format, IEnumerable<(string, string, string)> channels, params object[] more)
    {
        var list = channels.ToList();
        string sourceId = rig.Find(role)!.SourceId;
        return new StreamInfo
        {
            Name = sourceId,
            Type = type,
            ChannelCount = list.Count,
            NominalRateHz = rateHz,
            Format = format,
            SourceId = sourceId,
            Desc = StreamInfo.DescOf(list, [new XElement("acquisition", new XElement("manufacturer", Manufacturer), new XElement("model", rig.Name)), .. more]),
        };
    }

    private double LatencyS(StreamRole role) => rig.Find(role)!.LatencyMs * 1e-3;
    private SeededRandom Fork(StreamRole role) => random.Fork("sending of " + role);
}
