using System.Text.Json;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Simulation.Render;
using AttentionEngine.Simulation.Scenes;
using AttentionEngine.Tests.Simulation.Scenes;

namespace AttentionEngine.Tests.Simulation.Render;

public class SimulatedSessionTests
{
    private const string TwoTalkers = """
        schema: attend.scene/1
        name: short
        rig: rig.yaml
        speech: { folder: speech }
        talkers:
          - { id: a, conversation: 0, azimuth_deg: 30, distance_m: 1.4, voice: v1 }
          - { id: b, conversation: 1, azimuth_deg: -45, distance_m: 1.4, voice: r2 }
        noise: { snr_db: 15 }
        """;

    [Fact]
    public void The_recording_holds_every_stream_of_the_rig_with_exact_times_and_the_metadata_of_its_contract()
    {
        using var folder = new SceneFolder();
        var session = Render(folder, seed: 2);
        var recording = Record(session, Path.Combine(folder.Root, "a.xdf"));
        Assert.Empty(recording.Damage);
        Assert.Equal(session.Scene.Rig.Streams.Select(s => s.SourceId).Order(), recording.Streams.Select(s => s.Info.SourceId).Order());

        foreach (var stream in recording.Streams.Where(s => s.Info.NominalRateHz > 0))
        {
            double rateHz = stream.Info.NominalRateHz;
            Assert.InRange(stream.SampleCount, (int)(session.DurationS * rateHz) - 1, (int)(session.DurationS * rateHz) + 1);
            for (int i = 0; i < stream.SampleCount; i++) Assert.Equal(OfflineRecording.StartS + i / rateHz, stream.StampsS[i], 1e-6);
            Assert.Equal(stream.Info.ChannelCount, stream.Info.ChannelLabels!.Count);
            Assert.NotEmpty(stream.ClockOffsets);
        }
        var audio = Find(recording, "sim-array");
        Assert.Equal("Audio", audio.Info.Type);
        Assert.Equal(session.Scene.Rig.Array.Microphones.Select(m => m.Name), audio.Info.ChannelLabels);
        float[] sound = audio.ToSingles();
        for (int i = 0; i < audio.SampleCount; i += 997) Assert.Equal(session.Recording.Mixture[2][i], sound[i * 4 + 2]);
        Assert.Equal(["a_X", "a_Y", "a_Z", "b_X", "b_Y", "b_Z"], Find(recording, "sim-talkers").Info.ChannelLabels);
        var camera = Find(recording, "sim-ego-camera");
        Assert.Equal("FrameIndex", Assert.Single(camera.Info.ChannelLabels!));
        Assert.Equal(Enumerable.Range(0, camera.SampleCount), (int[])camera.Values);
        SessionFiles.WriteVideo(session, new SessionFolder(folder.Root), CancellationToken.None);
        using var video = Y4mReader.Open(Path.Combine(folder.Root, camera.Info.Desc.Element("video")!.Element("uri")!.Value));
        Assert.Equal(camera.SampleCount, video.Frames);
        Assert.Equal(["scene_start", "scene_stop"], (string[])Find(recording, "sim-markers").Values);
    }

    [Fact]
    public void Chunks_arrive_in_order_after_their_last_sample()
    {
        using var folder = new SceneFolder();
        var session = Render(folder, seed: 2);
        double previous = 0;
        var counts = new int[session.Streams.Count];
        foreach (var due in session.InOrderOfArrival())
        {
            Assert.True(due.ArrivalS >= previous);
            previous = due.ArrivalS;
            Assert.Equal(counts[due.Stream]++, due.Chunk);
        }
        Assert.Equal(session.Streams.Select(s => s.ArrivalS.Count), counts);
        int audio = session.Streams.ToList().FindIndex(s => s.Info.SourceId == "sim-array");
        Assert.True(session.Streams[audio].ArrivalS[0] >= 159 / 16000.0);
    }

    [Fact]
    public void Same_seed_same_bytes()
    {
        using var folder = new SceneFolder();
        byte[] Bytes(ulong seed, string name)
        {
            Record(Render(folder, seed), Path.Combine(folder.Root, name));
            return File.ReadAllBytes(Path.Combine(folder.Root, name));
        }
        byte[] first = Bytes(3, "1.xdf");
        Assert.Equal(first, Bytes(3, "2.xdf"));
        Assert.NotEqual(first, Bytes(4, "3.xdf"));
    }

    [Fact]
    public void Truth_adds_up_to_the_mixture_and_covers_the_scene()
    {
        using var folder = new SceneFolder();
        var session = Render(folder, seed: 2);
        var truth = new TruthWriter(session, folder.Root);
        truth.WriteImages();
        truth.WriteJson(OfflineRecording.StartS);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.Root, "truth", "truth.json")));
        var root = json.RootElement;
        Assert.Equal("attend.truth/1", root.GetProperty("schema").GetString());
        Assert.Equal(2ul, root.GetProperty("seed").GetUInt64());
        Assert.Equal(session.Listener.HeadGain, root.GetProperty("listener").GetProperty("head_gain").GetDouble());
        double at = OfflineRecording.StartS;
        foreach (var span in root.GetProperty("attended").EnumerateArray())
        {
            Assert.Equal(at, span.GetProperty("start_s").GetDouble(), 1e-9);
            at = span.GetProperty("end_s").GetDouble();
        }
        Assert.Equal(OfflineRecording.StartS + session.DurationS, at, 1e-9);
        Assert.Contains(root.GetProperty("activity").EnumerateArray(), s => s.GetProperty("talker").GetString() == "b");

        double scale = root.GetProperty("audio").GetProperty("images_scale").GetDouble();
        var images = AudioFile.Read(Path.Combine(folder.Root, "truth", "images.wav")).RequireChannels(8, "images.wav");
        Assert.Equal(root.GetProperty("audio").GetProperty("samples").GetInt32(), images.Frames);
        double residual = 0, noise = 0;
        for (int i = 0; i < images.Frames; i++)
        {
            double a = images.Channel(1)[i] * scale, b = images.Channel(5)[i] * scale; // right front of talker a and of talker b
            residual += Math.Pow(a - session.Recording.Images[0][1][i], 2) + Math.Pow(b - session.Recording.Images[1][1][i], 2);
            noise += Math.Pow(session.Recording.Mixture[1][i] - a - b, 2);
        }
        Assert.InRange(10 * Math.Log10(residual / noise), -200, -30); // 16 bits are far below the scene's own noise
        double snrDb = 10 * Math.Log10(ArrayRenderer.TalkerPower(session.Scene) * images.Frames / noise);
        Assert.InRange(snrDb, 12.5, 17); // 15 dB at the head's centre; the sphere changes it a little
    }

    [Fact]
    public void A_required_stream_that_cannot_be_simulated_is_said()
    {
        using var folder = new SceneFolder();
        string rig = Path.Combine(folder.Root, "rig.yaml");
        File.WriteAllText(rig, File.ReadAllText(rig).Replace("  markers:", "  scene_camera: { source_id: wall, required: true }\n  markers:", StringComparison.Ordinal));
        var e = Assert.Throws<ConfigurationException>(() => Render(folder, 1));
        Assert.Contains("wall", e.Message, StringComparison.Ordinal);
    }

    internal static SimulatedSession Render(SceneFolder folder, ulong seed, double seconds = 4) =>
        SimulatedSession.Render(SceneReader.Read(folder.Write(TwoTalkers)), seed, seconds);

    private static XdfRecording Record(SimulatedSession session, string path)
    {
        using (var writer = new XdfWriter(path)) OfflineRecording.Write(session, writer, CancellationToken.None);
        return XdfRecording.Read(path);
    }

    private static XdfStreamData Find(XdfRecording recording, string sourceId) => Assert.Single(recording.Streams, s => s.Info.SourceId == sourceId);
}
