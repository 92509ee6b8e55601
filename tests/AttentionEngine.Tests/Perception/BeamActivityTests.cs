using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Perception;

public class BeamActivityTests
{
    private const int Frames = 640;
    private static readonly Vector3D[] Seats = [new(1, 1, 0), new(1, -1, 0), new(1.5, 0, 0)];

    /// <summary>Syllable-like noise: 4 Hz modulation, with the talkers' own levels.</summary>
    private static float[] Beams(SeededRandom random, double timeS, bool[] speaking, double[] levelDb, double leakageDb)
    {
        int talkers = speaking.Length;
        var sources = new double[talkers, Frames];
        for (int k = 0; k < talkers; k++)
            for (int i = 0; i < Frames; i++)
            {
                double t = timeS + i / 16000.0, syllable = 0.25 + 0.75 * Math.Pow(Math.Sin(Math.PI * (4 * t + 0.3 * k)), 2);
                sources[k, i] = speaking[k] ? Math.Pow(10, levelDb[k] / 20) * syllable * random.Normal() : 0;
            }
        var beams = new float[talkers * Frames];
        double leak = Math.Pow(10, leakageDb / 20);
        for (int j = 0; j < talkers; j++)
            for (int i = 0; i < Frames; i++)
            {
                double x = 1e-4 * random.Normal();
                for (int k = 0; k < talkers; k++) x += (k == j ? 1 : leak) * sources[k, i];
                beams[j * Frames + i] = (float)x;
            }
        return beams;
    }

    /// <summary>Runs turns of 2 s with every combination of talkers. Shares over ticks after the first 12 s and away from the turns' edges.</summary>
    /// <returns>[K] decided right; [K] taken for active although silent.</returns>
    private static (double[] Right, double[] FalseAlarm) Run(double[] levelDb, double leakageDb, ulong seed)
    {
        var random = new SeededRandom(seed);
        var harness = new PerceptionHarness(3);
        harness.Positions(0, Seats);
        double[] right = new double[3], falseAlarm = new double[3], silent = new double[3];
        int scored = 0;
        var speaking = new bool[3];
        for (int tick = 0; tick < 1500; tick++)
        {
            if (tick % 50 == 0)
                for (int k = 0; k < 3; k++) speaking[k] = random.Uniform() < 0.45;
            harness.Stage.AddBeams(Beams(random, tick * 0.04, speaking, levelDb, leakageDb));
            harness.Update(tick * 0.04);
            if (tick < 300 || tick % 50 < 15) continue;
            scored++;
            for (int k = 0; k < 3; k++)
            {
                bool active = harness.Scene.Talkers[k].Activity > 0.5;
                if (active == speaking[k]) right[k]++;
                if (!speaking[k]) { silent[k]++; if (active) falseAlarm[k]++; }
            }
        }
        return ([.. right.Select(r => r / scored)], [.. falseAlarm.Zip(silent, (f, s) => f / s)]);
    }

    [Theory]
    [InlineData(-20)]
    [InlineData(-10)]
    [InlineData(-6)]
    public void Equal_talkers_are_told_apart_although_their_beams_leak(double leakageDb)
    {
        foreach (double share in Run([-26, -26, -26], leakageDb, 11).Right) Assert.InRange(share, 0.93, 1);
    }

    [Fact]
    public void A_beam_whose_level_is_explained_by_a_louder_neighbour_is_not_active()
    {
        // talker 1 is 10 dB below talker 0, whose leakage alone is as loud as talker 1's own voice: it may be missed, not invented
        (_, double[] falseAlarm) = Run([-20, -30, -26], -9, 5);
        foreach (double share in falseAlarm) Assert.InRange(share, 0, 0.06);
    }

    [Fact]
    public void A_quieter_talker_that_stands_clear_of_the_leakage_is_found()
    {
        foreach (double share in Run([-22, -28, -26], -12, 5).Right) Assert.InRange(share, 0.85, 1);
    }

    [Fact]
    public void Level_is_in_decibels_of_full_scale()
    {
        var harness = new PerceptionHarness(2);
        var beams = new float[2 * Frames];
        for (int i = 0; i < Frames; i++) beams[i] = 0.1f * (i % 2 == 0 ? 1 : -1);
        harness.Stage.AddBeams(beams);
        harness.Update(0);
        Assert.Equal(-20, harness.Scene.Talkers[0].BeamLevelDb, 1e-3);
        Assert.Equal(-100, harness.Scene.Talkers[1].BeamLevelDb, 1e-3);
    }

    [Fact]
    public void Without_beams_activity_drifts_to_unknown_and_nothing_is_invented()
    {
        var random = new SeededRandom(2);
        var harness = new PerceptionHarness(2);
        for (int tick = 0; tick < 200; tick++)
        {
            harness.Stage.AddBeams(Beams(random, tick * 0.04, [tick % 100 >= 50, false], [-26, -26], -12));
            harness.Update(tick * 0.04);
        }
        Assert.InRange(harness.Scene.Talkers[0].Activity, 0.9, 1);
        for (int tick = 200; tick < 260; tick++) harness.Update(tick * 0.04);
        Assert.Equal(0.5, harness.Scene.Talkers[0].Activity, 0.01);
        Assert.Equal(0.5, harness.Scene.Talkers[1].Activity, 0.01);
    }

    [Fact]
    public void Same_input_same_bits()
    {
        Assert.Equal(Run([-26, -26, -26], -8, 3).Right, Run([-26, -26, -26], -8, 3).Right);
    }
}
