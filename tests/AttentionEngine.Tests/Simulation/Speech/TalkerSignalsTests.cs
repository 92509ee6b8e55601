using AttentionEngine.Core.Randomness;
using AttentionEngine.Simulation.Conversation;
using AttentionEngine.Simulation.Scenes;
using AttentionEngine.Simulation.Speech;
using AttentionEngine.Tests.Simulation.Scenes;

namespace AttentionEngine.Tests.Simulation.Speech;

public class TalkerSignalsTests
{
    private const string TwoTalkers = """
        schema: attend.scene/1
        name: s
        rig: rig.yaml
        speech: { folder: speech }
        talkers:
          - { id: a, conversation: 0, azimuth_deg: 20, distance_m: 1.4, voice: v1 }
          - { id: b, conversation: 1, azimuth_deg: -20, distance_m: 1.4, voice: r2, level_db: -6 }
        """;

    private static readonly ConversationPlan Plan = new(10, 2,
        [new FloorTurn(0, 0.5, 3), new FloorTurn(1, 2.5, 5), new FloorTurn(0, 6, 8)], [new AttentionSpan(0, 0, 10)]);

    [Fact]
    public void Talkers_speak_in_their_turns_only_at_their_level()
    {
        using var folder = new SceneFolder();
        var scene = SceneReader.Read(folder.Write(TwoTalkers));
        var signals = TalkerSignals.Make(scene, Plan, new SeededRandom(5));
        Assert.Equal(160000, signals.Samples);
        for (int k = 0; k < 2; k++)
        {
            for (int i = 0; i < signals.Samples; i++)
            {
                double t = i / 16000.0;
                if (!Plan.Turns.Any(turn => turn.Talker == k && t >= turn.StartS && t < turn.EndS)) Assert.Equal(0, signals.Dry[k][i]);
            }
        }
        double levelA = 20 * Math.Log10(ActiveSpeechLevel.Rms(signals.Dry[0], 16000)), levelB = 20 * Math.Log10(ActiveSpeechLevel.Rms(signals.Dry[1], 16000));
        Assert.InRange(levelA - scene.LevelDbfs, -1.5, 1.5);
        Assert.InRange(levelA - levelB - 6, -1.5, 1.5);
    }

    [Fact]
    public void Activity_lies_in_the_turns_and_starts_with_them()
    {
        using var folder = new SceneFolder();
        var signals = TalkerSignals.Make(SceneReader.Read(folder.Write(TwoTalkers)), Plan, new SeededRandom(5));
        foreach (var turn in Plan.Turns)
        {
            var inside = signals.Activity.Where(a => a.Talker == turn.Talker && a.StartS >= turn.StartS - 0.011 && a.EndS <= turn.EndS + 0.011).ToList();
            Assert.InRange(inside.Sum(a => a.EndS - a.StartS), 0.7 * (turn.EndS - turn.StartS), turn.EndS - turn.StartS + 0.02);
            Assert.InRange(inside.Min(a => a.StartS) - turn.StartS, -0.011, 0.05);
        }
        Assert.All(signals.Activity, a => Assert.Contains(Plan.Turns, t => t.Talker == a.Talker && a.StartS >= t.StartS - 0.011 && a.EndS <= t.EndS + 0.011));
    }

    [Fact]
    public void Turns_go_on_where_the_last_one_stopped_and_seeds_start_elsewhere()
    {
        using var folder = new SceneFolder();
        var scene = SceneReader.Read(folder.Write(TwoTalkers));
        var first = TalkerSignals.Make(scene, Plan, new SeededRandom(5));
        var again = TalkerSignals.Make(scene, Plan, new SeededRandom(5));
        var other = TalkerSignals.Make(scene, Plan, new SeededRandom(6));
        Assert.Equal(first.Dry[0], again.Dry[0]);
        Assert.NotEqual(first.Dry[0], other.Dry[0]);
        Assert.NotEqual(first.Dry[0].AsSpan(8000 + 400, 8000).ToArray(), first.Dry[0].AsSpan(96000 + 400, 8000).ToArray());
    }

    [Fact]
    public void Long_pauses_are_shortened_and_the_active_level_is_one()
    {
        using var folder = new SceneFolder();
        var material = SpeechMaterial.Load([Path.Combine(folder.Root, "speech", "v1.wav")], 16000);
        Assert.InRange(material.Samples.Length / 16000.0, 4.6, 5.2); // 6 s without all but 0.4 s of a silence of 1.6 s
        Assert.InRange(ActiveSpeechLevel.Rms(material.Samples, 16000), 0.9, 1.1);
        bool[] speech = SpeechMaterial.SpeechFrames(material.Samples, 16000);
        int longest = 0, run = 0;
        foreach (bool s in speech) { run = s ? 0 : run + 1; longest = Math.Max(longest, run); }
        Assert.InRange(longest, 20, 43);
    }

    [Fact]
    public void Active_level_leaves_silence_out()
    {
        var random = new SeededRandom(2);
        var half = new float[64000];
        for (int i = 0; i < 32000; i++) half[i] = (float)random.Normal();
        Assert.InRange(20 * Math.Log10(ActiveSpeechLevel.Rms(half, 16000)), -0.7, 0.3); // the mean over all would be −3 dB; 0.2 s of hangover count
        Assert.Equal(0, ActiveSpeechLevel.Rms(new float[1000], 16000));
    }
}
